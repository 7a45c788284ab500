/** Numbers that have come: 8 to 16 bytes for each, where a Set takes five times that. */
export class SeenMarks {
  /** Open addressing; 0 is an empty place. */
  private places = new Float64Array(1024);
  private count = 0;

  /** Adds a number from 0 to 2^52. @returns false when it was there already */
  add(mark: number): boolean {
    if (this.count * 2 >= this.places.length) this.grow();
    if (!this.put(mark + 1)) return false;
    this.count++;
    return true;
  }

  private put(value: number): boolean {
    const { places } = this;
    const last = places.length - 1;
    let at = value % places.length;
    while (places[at] !== 0) {
      if (places[at] === value) return false;
      at = at === last ? 0 : at + 1;
    }
    places[at] = value;
    return true;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Float64Array(old.length * 2);
    for (const value of old) if (value !== 0) this.put(value);
  }
}
