/** 95 %, two-sided, as a quantile of the normal distribution. */
const Z_95 = 1.959963984540054;

/** How many of how many. */
export interface Share {
  readonly correct: number;
  readonly rows: number;
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Wilson's score interval of a proportion: "Probable Inference, the Law of Succession, and Statistical Inference", 1927. Unlike the
 * usual approximation it is right for few rows, and for shares near 0 and 1.
 *
 * @param z quantile of the normal distribution; that of 95 %, two-sided, by default.
 */
export function wilson({ correct, rows }: Share, z = Z_95): Interval {
  if (rows === 0) return { lower: 0, upper: 1 };
  const share = correct / rows;
  const square = z ** 2;
  const centre = share + square / (2 * rows);
  const spread = z * Math.sqrt((share * (1 - share)) / rows + square / (4 * rows ** 2));
  const scale = 1 + square / rows;
  return { lower: Math.max(0, (centre - spread) / scale), upper: Math.min(1, (centre + spread) / scale) };
}

/**
 * Newcombe's interval of the difference of two independent proportions, `a` minus `b`: method 10 of "Interval estimation for the
 * difference between independent proportions", 1998. Both must have rows.
 */
export function differenceInterval(a: Share, b: Share, z = Z_95): Interval {
  const [shareA, shareB] = [a.correct / a.rows, b.correct / b.rows];
  const [ofA, ofB] = [wilson(a, z), wilson(b, z)];
  const difference = shareA - shareB;
  return {
    lower: difference - Math.hypot(shareA - ofA.lower, ofB.upper - shareB),
    upper: difference + Math.hypot(ofA.upper - shareA, shareB - ofB.lower),
  };
}
