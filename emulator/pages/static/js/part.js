// A part of the issue view: redrawn only when its own data changed, and never under somebody's cursor.
import {say} from './dom.js';

/**
 * `pick(state)` gives the data that the part shows; `draw(state, part)` returns its nodes.
 * While `part.editing` is true new data waits; `part.done()` ends the edit and shows it.
 */
export function part(host, view, pick, draw) {
  let shown;
  const self = {
    editing: false,
    show() {
      const now = JSON.stringify(pick(view.state) ?? null);
      if (self.editing || now === shown) return;
      shown = now;
      host.replaceChildren(...[draw(view.state, self)].flat().filter(Boolean));
    },
    edit(...nodes) { self.editing = true; host.replaceChildren(...nodes); },
    done() { self.editing = false; shown = undefined; if (view.state.issue) self.show(); },
  };
  return self;
}

/** Runs a change, then reads the issue again; a refusal is said in words and `false` comes back. */
export async function change(view, run, onError) {
  try {
    await run();
  } catch (error) {
    if (onError) onError(error); else say(error.message, 'bad');
    return false;
  }
  await view.refresh().catch(() => {});
  return true;
}
