// Rebuilds static/vendor from npm packages. Needed only to upgrade; the outputs are committed.
//   mkdir /tmp/v && cd /tmp/v && npm init -y && npm i --ignore-scripts atlassian-connect-js@5.3.190 \
//     @atlassian/aui@10.0.4 jquery@3.7.1 @atlaskit/tokens@20.7.0
//   node <checkout>/emulator/pages/vendor.mjs /tmp/v/node_modules
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const modules = process.argv[2];
const out = join(dirname(fileURLToPath(import.meta.url)), 'static', 'vendor');
rmSync(out, {recursive: true, force: true});
const packages = [];

const take = (name, licence, files) => {
  const version = JSON.parse(readFileSync(join(modules, name, 'package.json'))).version;
  const short = name.split('/').pop();
  mkdirSync(join(out, 'LICENSES'), {recursive: true});
  copyFileSync(join(modules, name, licence), join(out, 'LICENSES', `${short}.txt`));
  const entries = [];
  for (const [from, to] of files) {
    const target = join(out, to);
    mkdirSync(dirname(target), {recursive: true});
    const body = typeof from === 'function' ? Buffer.from(from()) : readFileSync(join(modules, name, from));
    // Source maps are not shipped: a reference to one would only be a 404 in the console.
    const text = /\.(js|css)$/.test(to) ? body.toString().replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/m, '') : body;
    writeFileSync(target, text);
    entries.push({path: to, sha256: createHash('sha256').update(readFileSync(target)).digest('hex')});
  }
  const licenceName = JSON.parse(readFileSync(join(modules, name, 'package.json'))).license;
  packages.push({name, version, licence: licenceName, licence_file: `LICENSES/${short}.txt`, files: entries});
};

const theme = n => {
  const s = readFileSync(join(modules, `@atlaskit/tokens/dist/esm/artifacts/themes/atlassian-${n}.js`), 'utf8');
  const css = JSON.parse(s.slice(s.indexOf('export default ') + 15).trim().replace(/;$/, ''));
  return css.slice(css.indexOf('{') + 1, css.lastIndexOf('}')).trim();
};
const tokens = () => [
  '/* @atlaskit/tokens, Apache-2.0; selectors rewritten by vendor.mjs so that one attribute switches the theme. */',
  `html:not([data-color-mode="dark"]) {\n${theme('light')}\n}`,
  `html[data-color-mode="dark"] {\n${theme('dark')}\n}`,
  `html {\n${theme('spacing')}\n${theme('shape')}\n${theme('typography')}\n}`, ''].join('\n');

take('jquery', 'LICENSE.txt', [['dist/jquery.min.js', 'jquery.min.js']]);
take('@atlassian/aui', 'LICENSE', [
  ['dist/aui/aui-prototyping.js', 'aui/aui-prototyping.js'], ['dist/aui/aui-prototyping.css', 'aui/aui-prototyping.css'],
  ['dist/aui/fonts/adgs-icons.woff', 'aui/fonts/adgs-icons.woff'],
  ['dist/aui/fonts/atlassian-icons.woff', 'aui/fonts/atlassian-icons.woff']]);
take('atlassian-connect-js', 'LICENSE', [
  ['dist/connect-host.js', 'connect/connect-host.js'], ['dist/connect-host.css', 'connect/connect-host.css'],
  ['dist/iframe.js', 'connect/iframe.js'], ['dist/surfaces.css', 'connect/surfaces.css'],
  ['dist/legacy-text-colors.css', 'connect/legacy-text-colors.css'],
  ...['light', 'dark', 'spacing', 'shape', 'typography-refreshed'].map(
    n => [`dist/themes/atlaskit-tokens_${n}.css`, `connect/themes/atlaskit-tokens_${n}.css`])]);
take('@atlaskit/tokens', 'LICENSE', [[tokens, 'ds-tokens.css']]);
writeFileSync(join(out, 'vendor.lock.json'), JSON.stringify({packages}, null, 2) + '\n');
