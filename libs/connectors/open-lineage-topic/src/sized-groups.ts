/** Groups of neighbours that are no larger together than `mostBytes`; what is larger by itself stands alone. */
export function sizedGroups<T>(items: readonly T[], bytesOf: (item: T) => number, mostBytes: number): T[][] {
  const groups: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    bytes += bytesOf(item);
    const group = groups.at(-1);
    if (group && bytes <= mostBytes) {
      group.push(item);
      continue;
    }
    groups.push([item]);
    bytes = bytesOf(item);
  }
  return groups;
}
