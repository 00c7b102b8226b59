// The layout of the page's part: arrows point down, no circles, one speaker of HTTP.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const SRC = fileURLToPath(new URL('../../../extensions/src', import.meta.url));
const files = readdirSync(SRC, { recursive: true }).filter(name => name.endsWith('.ts'));
const text = name => readFileSync(join(SRC, name), 'utf8');

/** The modules a file imports at run time: not those of which it takes only types. */
function imports(name) {
  const found = text(name).matchAll(/^(?:import|export) (?!type\b)([^;]*?) from '([^']+)';/gms);
  return [...found].filter(([, names]) => !onlyTypes(names)).map(([, , from]) => from);
}

function onlyTypes(names) {
  const list = names.match(/^\{(.*)\}$/s);
  return list !== null && list[1].split(',').every(item => !item.trim() || item.trim().startsWith('type '));
}

function own(name) {
  return imports(name)
    .filter(from => from.startsWith('.'))
    .map(from => relative(SRC, join(SRC, dirname(name), from)).replace(/\.js$/, '.ts'));
}

test('no file imports itself by a detour', () => {
  const walk = (name, path) => {
    assert.ok(!path.includes(name), [...path, name].join(' -> '));
    own(name).forEach(next => walk(next, [...path, name]));
  };
  files.forEach(name => walk(name, []));
});

test('the grid and the archive know nothing of queries', () => {
  const below = files.filter(name => /^(grid|archive)\//.test(name));
  assert.ok(below.length > 8);
  for (const name of below) {
    assert.deepEqual(own(name).filter(from => /^(query|index|tokens)/.test(from)), [], name);
  }
});

test('only api.ts asks the server', () => {
  const speakers = files.filter(name => imports(name).includes('@jupyterlab/services'));
  assert.deepEqual(speakers, ['archive/api.ts']);
});

test('tokens take only types of Jupyter and of the plugins', () => {
  assert.deepEqual(imports('tokens.ts'), ['@lumino/coreutils']);
});

test('the model touches no page', () => {
  assert.doesNotMatch(text('query/model.ts'), /\b(document|window|showDialog|HTMLElement)\b/);
});
