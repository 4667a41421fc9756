// Manage apps: install by descriptor URL and uninstall, through the site's control API.
import {$, confirmDialog, say} from './dom.js';
import {del, post} from './api.js';

const APPS = '/_control/apps';

document.querySelectorAll('[data-uninstall]').forEach(button => button.addEventListener('click', async () => {
  const {uninstall, name} = button.dataset;
  if (!await confirmDialog(`Uninstall ${name}?`, 'The app is told, loses its access to this site, and its pages go away.', 'Uninstall')) return;
  try {
    await del(`${APPS}/${encodeURIComponent(uninstall)}`);
    sessionStorage.setItem('note', `${name} is uninstalled`);
    location.reload();
  } catch (error) {
    say(error.message, 'bad');
  }
}));

$('#install').addEventListener('submit', async e => {
  e.preventDefault();
  const button = $('button', e.target);
  button.disabled = true;
  $('#install-error').textContent = '';
  try {
    await post(APPS, {descriptorUrl: e.target.elements.url.value.trim()});
    sessionStorage.setItem('note', 'The app is installed');
    location.reload();
  } catch (error) {
    $('#install-error').textContent = error.message;
    e.target.elements.url.focus();
  } finally {
    button.disabled = false;
  }
});
