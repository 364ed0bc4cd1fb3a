import type { PackageFolder } from './package-factory.js';

const FLOAT = { type: 'DT_FLOAT' };

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** Rewrites a package's dense layers model as a TensorFlow.js graph model with the same weights, and forges its manifest. */
export async function forgeGraphModel(folder: PackageFolder): Promise<void> {
  const { weightsManifest } = await folder.json('model.json');
  const [group] = weightsManifest;
  const specs: WeightSpec[] = group.weights;
  const layers = specs.length / 2;
  const constants = specs.map((spec) => ({
    name: spec.name,
    op: 'Const',
    attr: { dtype: FLOAT, value: tensorOf(spec) },
  }));
  const operations = Array.from({ length: layers }, (_, layer) => {
    const [kernel, bias] = [specs[2 * layer]!, specs[2 * layer + 1]!];
    const from = layer === 0 ? 'x' : `out${layer - 1}`;
    return [
      { name: `product${layer}`, op: 'MatMul', input: [from, kernel.name], attr: { T: FLOAT } },
      { name: `sum${layer}`, op: 'BiasAdd', input: [`product${layer}`, bias.name], attr: { T: FLOAT } },
      { name: `out${layer}`, op: layer < layers - 1 ? 'Relu' : 'Softmax', input: [`sum${layer}`], attr: { T: FLOAT } },
    ];
  }).flat();
  const input = { name: 'x', op: 'Placeholder', attr: { dtype: FLOAT, shape: shapeOf([-1, specs[0]!.shape[0]!]) } };
  const model = {
    format: 'graph-model',
    modelTopology: { node: [input, ...constants, ...operations], library: {}, versions: {} },
    weightsManifest,
    signature: {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: shapeOf([-1, specs[0]!.shape[0]!]).shape } },
      outputs: {
        y: { name: `out${layers - 1}:0`, dtype: 'DT_FLOAT', tensorShape: shapeOf([-1, specs.at(-1)!.shape[0]!]).shape },
      },
    },
  };
  await folder.forge('model.json', JSON.stringify(model));
  const manifest = await folder.json('manifest.json');
  manifest.runtime.format = 'graph-model';
  await folder.write('manifest.json', JSON.stringify(manifest));
}

function shapeOf(shape: readonly number[]): { shape: { dim: { size: string }[] } } {
  return { shape: { dim: shape.map((size) => ({ size: String(size) })) } };
}

function tensorOf({ shape }: WeightSpec): object {
  return { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeOf(shape).shape } };
}
