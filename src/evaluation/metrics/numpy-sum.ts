/**
 * Adds numbers up in the order in which numpy does, in eight lanes: a sum that lies on the border between two roundings falls to
 * the side to which it falls there. The same to the last bit for up to 128 numbers.
 */
export function numpySum(numbers: readonly number[]): number {
  if (numbers.length < 8) return add(numbers);
  const inLanes = numbers.length - (numbers.length % 8);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = Array.from({ length: 8 }, (_, lane) =>
    add(numbers.slice(0, inLanes).filter((_, index) => index % 8 === lane)),
  );
  return add([a + b + (c + d) + (e + f + (g + h)), ...numbers.slice(inLanes)]);
}

const add = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
