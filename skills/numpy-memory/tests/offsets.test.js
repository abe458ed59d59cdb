// The offset calculator against the shared table of cases, against brute force, and on bad input.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');

const cases = require('../cases/offsets.json');
const script = path.join(__dirname, '..', 'scripts', 'numpy-memory_tool.js');
const tool = require(script);

for (const { name, index, byte, terms, error, at = {}, ...given } of cases) {
  test(name, () => {
    const where = tool.layout(given);
    if (error) assert.throws(() => tool.offset(where, index), (thrown) => thrown.message.includes(error));
    else {
      const found = tool.offset(where, index);
      assert.equal(found.byte, BigInt(byte));
      assert.deepEqual(found.terms.map((term) => term.product), terms.map(BigInt));
    }
    for (const [wanted, indices] of Object.entries(at)) {
      const found = tool.indicesAt(where, BigInt(wanted));
      assert.deepEqual(found.indices, indices.map((one) => one.map(BigInt)), `byte ${wanted}`);
      assert.equal(found.complete, true);
    }
  });
}

/** A repeatable sequence of small integers. */
function* randomIntegers(seed) {
  let state = BigInt(seed);
  for (;;) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n);
    yield Number(state >> 40n);
  }
}

test('the way back finds what trying every index finds', () => {
  const random = randomIntegers(7);
  const below = (limit) => random.next().value % limit;
  for (let round = 0; round < 400; round += 1) {
    const shape = Array.from({ length: below(4) }, () => below(4));
    const strides = shape.map(() => below(13) - 6);
    const where = tool.layout({ shape, strides, itemsize: 1 + below(5), base: 20 });
    let indices = [[]];
    for (const extent of shape) {
      indices = indices.flatMap((index) => Array.from({ length: extent }, (_, position) => [...index, BigInt(position)]));
    }
    for (let byte = -10n; byte < 60n; byte += 1n) {
      const expected = indices.filter((index) => {
        const start = tool.offset(where, index).byte;
        return start <= byte && byte < start + where.itemsize;
      });
      assert.deepEqual(tool.indicesAt(where, byte).indices, expected);
    }
  }
});

test('an array larger than any memory is exact', () => {
  const where = tool.layout({ shape: [2n ** 39n, 2n ** 20n], itemsize: 8 });
  const last = tool.offset(where, [-1, -1]);
  assert.equal(last.byte, 2n ** 62n - 8n);
  assert.deepEqual(tool.indicesAt(where, last.byte).indices, [[2n ** 39n - 1n, 2n ** 20n - 1n]]);
});

test('an endless answer is cut short and says so', () => {
  const where = tool.layout({ shape: [10 ** 9, 10 ** 9], strides: [0, 0] });
  const found = tool.indicesAt(where, 0, 3);
  assert.equal(found.indices.length, 3);
  assert.equal(found.complete, false);
});

test('a search that cannot end is cut short and says so', () => {
  // Sums of two steps of 2 never reach an odd byte, and there are too many of them to try.
  const where = tool.layout({ shape: [10 ** 7, 10 ** 7], strides: [2, -2] });
  assert.deepEqual(tool.indicesAt(where, 1), { byte: 1n, indices: [], complete: false });
});

test('bad layouts name the axis, what was wanted and what was got', () => {
  const bad = [
    [{ shape: [4, -1] }, 'axis 1: wanted an extent of 0 or more, got -1'],
    [{ shape: [4], strides: [1, 2] }, 'wanted one for each of 1 axes, got 2'],
    [{ shape: [1.5] }, 'shape[0]: wanted a whole number, got 1.5'],
    [{ shape: [4], order: 'K' }, 'wanted C or F, got K'],
    [{ shape: [4], itemsize: 0 }, 'wanted 1 or more, got 0'],
    [{ shape: [2n ** 62n, 4] }, 'do not fit in 64 bits'],
    [{ shape: new Array(65).fill(1) }, 'at most 64 axes, got 65'],
  ];
  for (const [given, message] of bad) {
    assert.throws(() => tool.layout(given), (thrown) => thrown instanceof tool.LayoutError && thrown.message.includes(message));
  }
});

/** Runs the command line. */
function command(...argv) {
  const ended = spawnSync(process.execPath, [script, ...argv], { encoding: 'utf8' });
  return [ended.status, ended.stdout, ended.stderr];
}

test('the command prints text or one document', () => {
  const [status, text] = command('--shape', '4,5', '--itemsize', '8', '--index', '1,2');
  assert.deepEqual([status, text], [0, 'start: 0\naxis 0: 1 x 40 B = 40\naxis 1: 2 x 8 B = 16\nbyte: 56\n']);
  const [, json] = command('--shape', '4,5', '--strides', '-40,8', '--base', '120', '--index', '1,2', '--json');
  assert.equal(JSON.parse(json).byte, 96);
  assert.equal(command('--shape', '8,3', '--strides', '8,8', '--byte', '16')[1], '(0, 2)\n(1, 1)\n(2, 0)\n');
  assert.equal(command('--shape', '8,3', '--strides', '8,8', '--byte', '1000')[1], 'no element covers this byte\n');
});

test('the command refuses with exit 2 and says why', () => {
  const bad = [
    [['--shape', '4,x', '--index', '0,0'], "shape[1]: wanted a whole number, got 'x'"],
    [['--index', '0'], 'wanted --shape, got none'],
    [['--shape', '4'], 'wanted one of --index and --byte'],
    [['--shape', '4', '--index', '4'], 'index 4 is out of bounds for axis 0 with size 4'],
    [['--shape', '4', '--order', 'C', '--strides', '1', '--index', '0'], 'wanted --strides or --order, got both'],
    [['--bogus'], '--bogus'],
  ];
  for (const [argv, message] of bad) {
    const [status, out, err] = command(...argv);
    assert.equal(status, 2);
    assert.equal(out, '');
    assert.ok(err.startsWith('error: ') && err.includes(message), err);
  }
});
