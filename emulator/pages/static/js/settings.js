// The settings pages: each lists its records and changes them through the REST API.
import {$, confirmDialog, h, page, say} from './dom.js';
import {formDialog} from './forms.js';
import {fields} from './settings-fields.js';
import {people, projects} from './settings-projects.js';
import {priorities, statuses, types, workflows} from './settings-lists.js';

const host = $('#settings');
const sections = {projects, people, types, fields, statuses, workflows, priorities};

const tools = {
  /** Reads everything again and draws it; a failure is said in place. */
  async refresh() {
    try {
      host.replaceChildren(...[await sections[page.settings].draw(tools)].flat().filter(Boolean));
    } catch (error) {
      host.replaceChildren(h('p.field-error', {role: 'alert'}, error.message));
    }
    host.removeAttribute('aria-busy');
  },
  /** Asks by a form, does it, says so and draws again. */
  async ask(title, list, action, run, words) {
    if (await formDialog(title, list, action, run)) { say(words); await tools.refresh(); }
  },
  async run(work, words) {
    try { await work(); say(words); } catch (error) { say(error.message, 'bad'); }
    await tools.refresh();
  },
  async sure(title, text, action, work, words) {
    if (await confirmDialog(title, text, action)) await tools.run(work, words);
  },
};

$('#settings-actions').replaceChildren(...(sections[page.settings].actions?.(tools) || []));
tools.refresh();
