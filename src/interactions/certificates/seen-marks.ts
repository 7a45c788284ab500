/** Hashes of 64 bits that have come: 16 to 32 bytes for each, where a Set takes five times that. */
export class SeenMarks {
  /** Open addressing in a length that is a power of two; 0 is an empty place. */
  private places = new BigInt64Array(1024);
  private count = 0;

  /** Adds a hash, a signed integer of 64 bits. @returns false when it was there already */
  add(mark: bigint): boolean {
    if (this.count * 2 >= this.places.length) this.grow();
    if (!this.put(mark === 0n ? 1n : mark)) return false;
    this.count++;
    return true;
  }

  private put(value: bigint): boolean {
    const { places } = this;
    const last = places.length - 1;
    let at = Number(BigInt.asIntN(32, value)) & last;
    for (let found = places[at]!; found !== 0n; found = places[at]!) {
      if (found === value) return false;
      at = at === last ? 0 : at + 1;
    }
    places[at] = value;
    return true;
  }

  private grow(): void {
    const old = this.places;
    this.places = new BigInt64Array(old.length * 2);
    for (const value of old) if (value !== 0n) this.put(value);
  }
}
