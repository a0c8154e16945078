/** An array with more room, and what the old one holds. */
export function larger<T extends { set(values: T): void }>(room: T, values: T): T {
  room.set(values);
  return room;
}
