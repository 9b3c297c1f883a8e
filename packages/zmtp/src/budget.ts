/*
 * A bound for the bytes that all connections of a socket hold together. A bound for each connection would not bound a
 * thousand of them. A bound for all that refuses new bytes would let a few peers take everything. So the budget cuts
 * off the connection that holds most: peers that keep up hold next to nothing.
 */

export interface Budget<Holder> {
  /**
   * The holder has this amount now; 0 when it has ended.
   *
   * @returns the holder to cut off, because all of them have too much; it counts as ended
   */
  holds(holder: Holder, amount: number): Holder | undefined;
  total(): number;
}

export function createBudget<Holder>(amountMax: number): Budget<Holder> {
  const amounts = new Map<Holder, number>();
  let total = 0;

  function set(holder: Holder, amount: number): void {
    total += amount - (amounts.get(holder) ?? 0);
    if (amount === 0) amounts.delete(holder);
    else amounts.set(holder, amount);
  }

  function largest(): Holder | undefined {
    let found: Holder | undefined;
    let most = 0;
    for (const [holder, amount] of amounts) {
      if (amount <= most) continue;
      found = holder;
      most = amount;
    }
    return found;
  }

  return {
    holds(holder, amount) {
      set(holder, amount);
      if (total <= amountMax) return undefined;
      const cut = largest();
      if (cut !== undefined) set(cut, 0);
      return cut;
    },
    total: () => total,
  };
}
