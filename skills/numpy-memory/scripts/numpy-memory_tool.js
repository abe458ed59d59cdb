#!/usr/bin/env node
// Byte offsets of array elements, simulated: shape and strides (or an order) in, bytes out, and back.
//
// byte(index) = base + index[0]*strides[0] + index[1]*strides[1] + ...   strides are signed bytes, as NumPy shows them.
//
// Worked: shape (4,5), items of 8 bytes, C order has strides (40,8); index (1,2) lies at 1*40 + 2*8 = 56.
// Plain Node, no dependency. All arithmetic is in BigInt, so arrays of any size are exact.
'use strict';

const LIMIT = 2n ** 63n - 1n;
const MOST_AXES = 64;
// How many axis positions the way back may try before it says that its answer is incomplete.
const MOST_STEPS = 1_000_000;

/** Bad input; the message names what was wanted and what was got. */
class LayoutError extends Error {}

/** Integers of a list as BigInt. */
function integers(what, values) {
  return Array.from(values, (value, position) => {
    const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (!whole) throw new LayoutError(`${what}[${position}]: wanted a whole number, got ${value}`);
    return BigInt(value);
  });
}

/** The strides that NumPy gives a new array; where there is no element, they are all 0. */
function stridesInOrder(shape, itemsize, order) {
  if (order !== 'C' && order !== 'F') throw new LayoutError(`order: wanted C or F, got ${order}`);
  const strides = new Array(shape.length);
  const axes = shape.map((_, axis) => axis);
  let step = shape.includes(0n) ? 0n : itemsize;
  for (const axis of order === 'C' ? axes.reverse() : axes) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/**
 * A checked layout: {shape, strides, itemsize, base}, all BigInt.
 * Either `strides` or `order` ('C' unless given) says where the elements lie; `base` is the byte of index (0, 0, ...).
 */
function layout({ shape, itemsize = 1, strides = null, order = 'C', base = 0 }) {
  const extents = integers('shape', shape);
  if (extents.length > MOST_AXES) throw new LayoutError(`wanted at most ${MOST_AXES} axes, got ${extents.length}`);
  extents.forEach((extent, axis) => {
    if (extent < 0n) throw new LayoutError(`axis ${axis}: wanted an extent of 0 or more, got ${extent}`);
  });
  const [item] = integers('itemsize', [itemsize]);
  if (item < 1n) throw new LayoutError(`itemsize: wanted 1 or more, got ${item}`);
  const [start] = integers('base', [base]);
  const steps = strides === null ? stridesInOrder(extents, item, order) : integers('strides', strides);
  if (steps.length !== extents.length) {
    throw new LayoutError(`strides: wanted one for each of ${extents.length} axes, got ${steps.length}`);
  }
  let [low, high] = [start, start + item];
  extents.forEach((extent, axis) => {
    const reach = extent > 0n ? (extent - 1n) * steps[axis] : 0n;
    if (reach < 0n) low += reach;
    else high += reach;
  });
  if (low < -LIMIT || high > LIMIT) throw new LayoutError('the bytes reached do not fit in 64 bits');
  return { shape: extents, strides: steps, itemsize: item, base: start };
}

/** The byte of an index and the term of each axis. Negative indices count from the end, as in NumPy. */
function offset(where, index) {
  const positions = integers('index', index);
  if (positions.length !== where.shape.length) {
    throw new LayoutError(`index: wanted one for each of ${where.shape.length} axes, got ${positions.length}`);
  }
  let byte = where.base;
  const terms = positions.map((given, axis) => {
    const extent = where.shape[axis];
    const position = given < 0n ? given + extent : given;
    if (position < 0n || position >= extent) {
      throw new LayoutError(`index ${given} is out of bounds for axis ${axis} with size ${extent}`);
    }
    const product = position * where.strides[axis];
    byte += product;
    return { axis, index: position, stride: where.strides[axis], product };
  });
  return { index: terms.map((term) => term.index), byte, terms };
}

/**
 * Every index whose element covers the byte, in the order of the index, at most `limit` of them.
 * `complete` is false where there are more, or where the search was cut short.
 */
function indicesAt(where, byte, limit = 100) {
  const [wanted, most] = integers('byte and limit', [byte, limit]);
  const rank = where.shape.length;
  // What the axes from `axis` on can add at least and at most: a branch that cannot reach the byte is not entered.
  const least = new Array(rank + 1).fill(0n);
  const greatest = new Array(rank + 1).fill(0n);
  for (let axis = rank - 1; axis >= 0; axis -= 1) {
    const reach = (where.shape[axis] - 1n) * where.strides[axis];
    least[axis] = least[axis + 1] + (reach < 0n ? reach : 0n);
    greatest[axis] = greatest[axis + 1] + (reach > 0n ? reach : 0n);
  }
  const found = [];
  let steps = 0;
  let complete = true;
  const walk = (axis, at, index) => {
    if (axis === rank) {
      if (wanted < at || wanted >= at + where.itemsize) return;
      if (BigInt(found.length) === most) complete = false;
      else found.push(index);
      return;
    }
    const stride = where.strides[axis];
    // position * stride has to lie in [lowest, highest] for the rest of the axes to be able to reach the byte
    const lowest = wanted - where.itemsize + 1n - at - greatest[axis + 1];
    const highest = wanted - at - least[axis + 1];
    let [first, last] = [0n, where.shape[axis] - 1n];
    if (stride === 0n) {
      if (lowest > 0n || highest < 0n) return;
    } else {
      const [from, to] = stride > 0n ? [lowest, highest] : [-highest, -lowest];
      const size = stride > 0n ? stride : -stride;
      const begin = ceilingQuotient(from, size);
      const end = -ceilingQuotient(-to, size);
      if (begin > first) first = begin;
      if (end < last) last = end;
    }
    for (let position = first; position <= last && complete; position += 1n) {
      steps += 1;
      if (steps > MOST_STEPS) complete = false;
      else walk(axis + 1, at + position * stride, [...index, position]);
    }
  };
  if (where.shape.every((extent) => extent > 0n)) walk(0, where.base, []);
  return { byte: wanted, indices: found, complete };
}

/** The smallest integer that is not below a/b, for b > 0. */
function ceilingQuotient(a, b) {
  const quotient = a / b;
  return a % b > 0n ? quotient + 1n : quotient;
}

/** JSON with BigInt written as integers. */
function toJson(value) {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

const USAGE = `usage: numpy-memory_tool.js --shape 4,5 [--itemsize 8] [--order C|F | --strides 40,8] [--base 0]
                           (--index 1,2 | --byte 56 [--limit 100]) [--json]
  the byte of an index with its terms, or every index whose element covers a byte`;

/** The options of a command line as an object; lists stay text. */
function options(argv) {
  const { parseArgs } = require('node:util');
  const text = { type: 'string' };
  // A list such as -40,8 begins with a dash: join it to its option, so that it is not taken for one.
  const joined = [];
  for (let k = 0; k < argv.length; k += 1) {
    if (argv[k].startsWith('--') && k + 1 < argv.length && /^-\d/.test(argv[k + 1])) {
      joined.push(`${argv[k]}=${argv[k + 1]}`);
      k += 1;
    } else joined.push(argv[k]);
  }
  const known = {
    shape: text, itemsize: text, order: text, strides: text, base: text, index: text, byte: text, limit: text,
    json: { type: 'boolean' }, help: { type: 'boolean' },
  };
  return parseArgs({ args: joined, options: known }).values;
}

/** `4,5` or `(4, 5)` or `` (no axis) as BigInt. */
function list(what, text) {
  const inner = text.replace(/^\s*\(|\)\s*$/g, '').trim().replace(/,$/, '');
  if (inner === '') return [];
  return inner.split(',').map((part, position) => {
    if (!/^\s*[+-]?\d+\s*$/.test(part)) {
      throw new LayoutError(`${what}[${position}]: wanted a whole number, got '${part.trim()}'`);
    }
    return BigInt(part.trim());
  });
}

function one(what, text) {
  const values = list(what, text);
  if (values.length !== 1) throw new LayoutError(`${what}: wanted one whole number, got '${text}'`);
  return values[0];
}

/** What the command line prints: text, or one JSON document. */
function answer(given) {
  if (given.shape === undefined) throw new LayoutError('wanted --shape, got none');
  if (given.strides !== undefined && given.order !== undefined) {
    throw new LayoutError('wanted --strides or --order, got both');
  }
  if ((given.index === undefined) === (given.byte === undefined)) {
    throw new LayoutError('wanted one of --index and --byte');
  }
  const where = layout({
    shape: list('shape', given.shape),
    itemsize: one('itemsize', given.itemsize ?? '1'),
    strides: given.strides === undefined ? null : list('strides', given.strides),
    order: given.order ?? 'C',
    base: one('base', given.base ?? '0'),
  });
  if (given.index !== undefined) {
    const found = offset(where, list('index', given.index));
    if (given.json) return toJson({ schema: 1, kind: 'offset', ...found });
    const lines = found.terms.map((term) => `axis ${term.axis}: ${term.index} x ${term.stride} B = ${term.product}`);
    return [`start: ${where.base}`, ...lines, `byte: ${found.byte}`].join('\n');
  }
  const found = indicesAt(where, one('byte', given.byte), one('limit', given.limit ?? '100'));
  if (given.json) return toJson({ schema: 1, kind: 'offset', ...found });
  const lines = found.indices.map((index) => `(${index.join(', ')}${index.length === 1 ? ',' : ''})`);
  return [...(lines.length ? lines : ['no element covers this byte']), ...(found.complete ? [] : ['... and more'])].join('\n');
}

function main(argv) {
  try {
    const given = options(argv);
    process.stdout.write(`${given.help ? USAGE : answer(given)}\n`);
    return 0;
  } catch (error) {
    const expected = error instanceof LayoutError || String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!expected) throw error;
    process.stderr.write(`error: ${error.message}\n${USAGE}\n`);
    return 2;
  }
}

module.exports = { LayoutError, layout, offset, indicesAt, stridesInOrder, toJson, answer };

if (require.main === module) process.exitCode = main(process.argv.slice(2));
