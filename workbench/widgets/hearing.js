// anywidget gives a script two seconds to arrive. To a model whose script comes later (a slow or busy computer, plotly's
// 5 MB) it passes on nothing that the kernel says, for as long as the page lives, though it draws it.

const NOTHING = { content: { data: { method: "nothing" } } };
const hearing = new WeakSet();

// Ends when the model hears the kernel and, if it had been deaf, holds the kernel's state again.
async function heard(model) {
  const id = model.get("own_id");
  const own = id && (await model.widget_manager?.get_model?.(id).catch(() => null));
  if (!own?.comm || hearing.has(own)) return;
  hearing.add(own);
  const isDeaf = await own._handle_comm_msg(NOTHING).then(() => false, () => true);
  if (isDeaf && own.comm_live) await hearAgain(own);
}

function hearAgain(own) {
  const beneath = Object.getPrototypeOf(Object.getPrototypeOf(own))._handle_comm_msg; // what anywidget stands before
  return new Promise((resolve) => {
    own.comm.on_msg(async (message) => {
      await beneath.call(own, message);
      if ("own_id" in (message.content.data.state ?? {})) resolve(); // the whole state, not a change of it
    });
    own.comm.send({ method: "request_state" }, {});
  });
}
