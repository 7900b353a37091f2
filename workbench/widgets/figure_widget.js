// Takes the place of the default export of plotly's widget, which is called plotlyFigure here.

// plotly tells the kernel of clicks, selections and hovering in one property. While the kernel is busy the page keeps
// only the last value of a property: a lasso would be lost as soon as the pointer moves on. Messages are all delivered.
const ACTIONS = new Set(["plotly_click", "plotly_selected", "plotly_deselect"]);

function telling(model) {
  return new Proxy(model, {
    get(target, name) {
      const found = target[name];
      if (name !== "set") return typeof found === "function" ? found.bind(target) : found;
      return (key, value) => {
        const isAction = key === "_js2py_pointsCallback" && ACTIONS.has(value?.event_type);
        if (isAction) target.send(value);
        else target.set(key, value);
      };
    },
  });
}

export default () => {
  const figure = plotlyFigure();
  return {
    render: async (context) => {
      await heard(context.model); // plotly draws what the model holds now, and after that only what changes
      return figure.render(context);
    },
    initialize: ({ model, ...rest }) => figure.initialize({ ...rest, model: telling(model) }),
  };
};
