// Rebuilds static/vendor from npm packages. Needed only to upgrade; the outputs are committed.
//   mkdir /tmp/v && cd /tmp/v && npm init -y && npm i --ignore-scripts htmx.org@4.0.1 @atlaskit/tokens@20.7.0
//   node <checkout>/dev/vendor.mjs /tmp/v
import {createHash} from 'node:crypto';
import {copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const home = process.argv[2];
const modules = join(home, 'node_modules');
const locked = JSON.parse(readFileSync(join(home, 'package-lock.json'), 'utf8')).packages;
const out = join(dirname(fileURLToPath(import.meta.url)), '..', 'static', 'vendor');
rmSync(out, {recursive: true, force: true});
mkdirSync(join(out, 'LICENSES'), {recursive: true});

// Source maps are not shipped: a reference to one would only be a 404 in the console.
const plain = text => text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*$/m, '');
const theme = name => {
  const source = readFileSync(join(modules, `@atlaskit/tokens/dist/esm/artifacts/themes/atlassian-${name}.js`), 'utf8');
  const css = JSON.parse(source.slice(source.indexOf('export default ') + 15).trim().replace(/;$/, ''));
  return css.slice(css.indexOf('{') + 1, css.lastIndexOf('}')).replace(/@media[\s\S]*$/, '').trim();
};
const tokens = () => [
  '/* @atlaskit/tokens, Apache-2.0. Selectors rewritten by dev/vendor.mjs: one attribute switches the theme, and the',
  '   repeated :root outweighs the older palette that Connect puts into the frame. */',
  `html:root:root:not([data-color-mode="dark"]){\n${theme('light')}\n}`,
  `html:root:root[data-color-mode="dark"]{\n${theme('dark')}\n}`,
  `html:root:root:root{\n${theme('spacing')}\n${theme('shape')}\n${theme('typography')}\n}`, ''].join('\n');

const take = (name, content, file) => {
  const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
  const licenceFile = `LICENSES/${name.split('/').pop()}.txt`;
  copyFileSync(join(modules, name, 'LICENSE'), join(out, licenceFile));
  writeFileSync(join(out, file), content);
  const sha256 = createHash('sha256').update(readFileSync(join(out, file))).digest('hex');
  return {
    name, version: manifest.version, integrity: locked[`node_modules/${name}`].integrity,
    licence: manifest.license, licence_file: licenceFile, files: [{path: file, sha256}],
  };
};
const packages = [
  take('htmx.org', plain(readFileSync(join(modules, 'htmx.org/dist/htmx.min.js'), 'utf8')), 'htmx.min.js'),
  take('@atlaskit/tokens', tokens(), 'ds-tokens.css'),
];
writeFileSync(join(out, 'vendor.lock.json'), JSON.stringify({packages}, null, 2) + '\n');
