import { number, percent } from '../logic/format.js';
import type { Calibration } from '../types.js';
import { Reliability } from './reliability.js';

/** How far the confidence can be taken at its word; nothing where that was not measured. */
export function CalibrationCard({ calibration }: { readonly calibration: Calibration | undefined }) {
  if (calibration === undefined) return null;
  const { expectedCalibrationError, reliability, temperature } = calibration;
  return (
    <section class="card" aria-labelledby="calibration-title">
      <h2 id="calibration-title">Calibration</h2>
      <p class="lead">
        On held-out rows the confidence is {percent(expectedCalibrationError)} away from how often the model is right,
        on average (expected calibration error, ten bins of equal width).{' '}
        {temperature === 1
          ? 'No temperature was applied.'
          : `A temperature of ${number(temperature)} is in the weights.`}
      </p>
      <Reliability reliability={reliability} caption="Reliability of the confidence" />
    </section>
  );
}
