import { number, words } from '../logic/format.js';
import { isUnseen, MOST_RADIOS, problemOf, seenRange, valueOf } from '../logic/fields.js';
import type { Feature, FeatureDistribution, NumberFeature } from '../types.js';

interface FieldProps {
  readonly feature: Feature;
  readonly distribution: FeatureDistribution | undefined;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** One feature: the control that suits its kind, what it means, and what is wrong with its value. */
export function Field({ feature, distribution, text, onText }: FieldProps) {
  const problem = problemOf(feature, text);
  const unseen = problem === undefined && isUnseen(distribution, valueOf(feature, text));
  const id = `field-${feature.name}`;
  const described = `${id}-about${problem === undefined ? '' : ` ${id}-problem`}`;
  const radios = feature.kind === 'categorical' && feature.values.length <= MOST_RADIOS;
  const unit = feature.kind === 'number' && feature.unit !== null ? <span class="unit">{feature.unit}</span> : null;
  const mark = unseen ? <span class="badge warn">outside training</span> : null;
  const about = (
    <p id={`${id}-about`} class="about">
      {feature.description} {feature.kind === 'number' ? rangeText(feature, distribution) : null}
      {feature.missing.policy === 'default' ? ` Empty counts as ${feature.missing.value}.` : null}
    </p>
  );
  const wrong = (
    <p id={`${id}-problem`} class="problem" aria-live="polite">
      {problem}
    </p>
  );
  if (radios) {
    return (
      <fieldset class="field" aria-describedby={described}>
        <legend>
          {words(feature.name)} {mark}
        </legend>
        <div class="radios">
          {feature.values.map((value) => (
            <label key={value} class="radio">
              <input
                type="radio"
                name={id}
                value={value}
                checked={text === value}
                onChange={() => {
                  onText(value);
                }}
              />
              <span>{value}</span>
            </label>
          ))}
        </div>
        {about}
        {wrong}
      </fieldset>
    );
  }
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>
          {words(feature.name, feature.kind === 'number' ? feature.unit : null)} {unit}
        </label>
        {mark}
      </div>
      {feature.kind === 'categorical' ? (
        <select
          id={id}
          value={text}
          aria-describedby={described}
          onChange={(event) => {
            onText(event.currentTarget.value);
          }}
        >
          {feature.missing.policy === 'default' || text === '' ? <option value="">(empty)</option> : null}
          {feature.values.map((value) => (
            <option key={value}>{value}</option>
          ))}
        </select>
      ) : (
        <NumberControl {...{ feature, distribution, text, onText, id, described, wrong: problem !== undefined }} />
      )}
      {about}
      {wrong}
    </div>
  );
}

interface NumberProps extends Omit<FieldProps, 'feature'> {
  readonly feature: NumberFeature;
  readonly id: string;
  readonly described: string;
  readonly wrong: boolean;
}

/** A slider for the hand and a field for the exact value: two ends of one number. */
function NumberControl({ feature, distribution, text, onText, id, described, wrong }: NumberProps) {
  const seen = seenRange(distribution);
  const least = feature.minimum ?? seen?.[0];
  const most = feature.maximum ?? seen?.[1];
  const step = feature.integer ? 1 : 'any';
  const onInput = (event: { currentTarget: HTMLInputElement }) => {
    onText(event.currentTarget.value);
  };
  return (
    <div class="number">
      {least !== undefined && most !== undefined ? (
        <input
          type="range"
          min={least}
          max={most}
          step={feature.integer ? 1 : (most - least) / 200}
          value={text === '' && feature.missing.policy === 'default' ? feature.missing.value : text}
          aria-label={`${words(feature.name, feature.unit)} slider`}
          onInput={onInput}
        />
      ) : null}
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        data-step={step}
        value={text}
        aria-describedby={described}
        aria-invalid={wrong}
        onInput={onInput}
      />
    </div>
  );
}

function rangeText(feature: NumberFeature, distribution: FeatureDistribution | undefined): string {
  const { minimum, maximum } = feature;
  const allowed = minimum !== null && maximum !== null ? `${number(minimum)} to ${number(maximum)}` : null;
  const seen = seenRange(distribution);
  const trained = seen === undefined ? null : `training saw ${number(seen[0])} to ${number(seen[1])}`;
  const both = [allowed, trained].filter((part) => part !== null).join('; ');
  return both === '' ? '' : `${both.charAt(0).toUpperCase()}${both.slice(1)}.`;
}
