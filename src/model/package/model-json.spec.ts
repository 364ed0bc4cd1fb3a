import { describe, expect, it } from 'vitest';
import { assertKnownLayers, assertNothingRemote, assertWeightsInOrder, type ModelJson } from './model-json.js';

interface LayerOptions {
  readonly trainable?: boolean;
  readonly inner?: object[];
}

const layer = (class_name: string, name: string, { inner, ...config }: LayerOptions = {}) => ({
  class_name,
  config: { name, ...config, ...(inner === undefined ? {} : { layers: inner }) },
});

function model(layers: object[], weights: string[]): ModelJson {
  return {
    modelTopology: { class_name: 'Sequential', config: { name: 'model', layers } },
    weightsManifest: [
      { paths: ['weights.bin'], weights: weights.map((name) => ({ name, shape: [1], dtype: 'float32' })) },
    ],
  };
}

const outcome = (check: (json: ModelJson) => void, json: ModelJson): unknown => {
  try {
    check(json);
    return 'accepted';
  } catch (error) {
    return error;
  }
};

const NORMALISED = [layer('Dense', 'a'), layer('BatchNormalization', 'n'), layer('Dense', 'b')];

describe('the order of the weight entries', () => {
  it.each([
    [
      'layer after layer, as Keras writes them',
      ['a/kernel', 'a/bias', 'n/gamma', 'n/beta', 'n/moving_mean', 'n/moving_variance', 'b/kernel', 'b/bias'],
    ],
    [
      'what is trained first, as TensorFlow.js writes them',
      ['a/kernel', 'a/bias', 'n/gamma', 'n/beta', 'b/kernel', 'b/bias', 'n/moving_mean', 'n/moving_variance'],
    ],
    ['without a bias', ['a/kernel', 'b/kernel']],
    ['with names that no layer has', ['forward_a/bias', 'a/kernel', 'b/kernel', 'forward_a/kernel']],
  ])('may be %s', (_, weights) => {
    expect(outcome(assertWeightsInOrder, model(NORMALISED, weights))).toBe('accepted');
  });

  it.each([
    ['a layer before the one that comes first', ['b/kernel', 'b/bias', 'a/kernel', 'a/bias']],
    ['a bias before its kernel', ['a/bias', 'a/kernel']],
    ['a variance before its mean', ['n/moving_variance', 'n/moving_mean']],
    ['a part with a path of its own', ['b/cell/kernel', 'a/cell/kernel']],
  ])('may not have %s', (_, weights) => {
    expect(outcome(assertWeightsInOrder, model(NORMALISED, weights))).toMatchObject({ code: 'weights-order' });
  });

  it('puts frozen layers behind the others, also those of a frozen model', () => {
    const base = layer('Sequential', 'base', { trainable: false, inner: [layer('Dense', 'x'), layer('Dense', 'y')] });
    const layers = [base, layer('Dense', 'top')];
    const rest = ['x/kernel', 'y/kernel'];
    expect(outcome(assertWeightsInOrder, model(layers, ['top/kernel', ...rest]))).toBe('accepted');
    expect(outcome(assertWeightsInOrder, model(layers, ['top/kernel', ...rest.reverse()]))).toMatchObject({
      code: 'weights-order',
    });
  });

  it('is also that of a topology that Keras has wrapped', () => {
    const { modelTopology, weightsManifest } = model(NORMALISED, ['b/kernel', 'a/kernel']);
    const wrapped = { modelTopology: { keras_version: '2', model_config: modelTopology }, weightsManifest };
    expect(outcome(assertWeightsInOrder, wrapped)).toMatchObject({ code: 'weights-order' });
  });
});

describe('the classes of a layers model', () => {
  it('may be those of an optimiser where Keras says how it was trained', () => {
    const { modelTopology, weightsManifest } = model(NORMALISED, []);
    const training_config = { optimizer_config: { class_name: 'Nadam' } };
    const wrapped = { modelTopology: { model_config: modelTopology, training_config }, weightsManifest };
    expect(outcome(assertKnownLayers, wrapped)).toBe('accepted');
  });

  it.each(['Lambda', 'lambda', 'toString', ''])('may not be %j', (name) => {
    expect(outcome(assertKnownLayers, model([layer(name, 'l')], []))).toMatchObject({ code: 'layer-unknown' });
  });
});

describe('a reference to another place', () => {
  it.each(['http://a/b', 'HTTPS://a/b', 'ftp://a', 'file:///etc', 'indexeddb://m', 'gs://bucket/m'])(
    'such as %s is refused in the topology and in the weights',
    (url) => {
      const inTopology = model([layer('Dense', url)], []);
      const inWeights = model([], [url]);
      for (const json of [inTopology, inWeights]) {
        expect(outcome(assertNothingRemote, json)).toMatchObject({ code: 'path-remote' });
      }
    },
  );

  it('is none when it is a word with a colon', () => {
    expect(outcome(assertNothingRemote, model([layer('Dense', 'see: http')], []))).toBe('accepted');
  });
});
