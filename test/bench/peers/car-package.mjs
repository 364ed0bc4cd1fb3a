// What the Node peers share: reading a model package of one-hot features, and the reply that Tensornest gives.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const readJson = (folder, file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

export function readPackage(folder) {
  const { name, version, signature } = readJson(folder, 'manifest.json');
  const { features, classes } = signature;
  const starts = [];
  let width = 0;
  for (const { values } of features) {
    starts.push(width);
    width += values.length;
  }
  const columns = features.map(({ name, values }, column) => ({
    name,
    at: new Map(values.map((value, code) => [value, starts[column] + code])),
  }));
  const labels = classes.map(({ label }) => label);

  function encode(rows) {
    const data = new Float32Array(rows.length * width);
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index];
      for (const { name, at } of columns) data[index * width + at.get(row[name])] = 1;
    }
    return data;
  }

  function toReply(probabilities) {
    const rows = probabilities.length / labels.length;
    const predictions = new Array(rows);
    const results = new Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const start = row * labels.length;
      const byLabel = {};
      let winner = 0;
      for (let index = 0; index < labels.length; index += 1) {
        const probability = probabilities[start + index];
        if (probability > probabilities[start + winner]) winner = index;
        byLabel[labels[index]] = Math.round(probability * 1e6) / 1e6;
      }
      const label = labels[winner];
      predictions[row] = winner;
      results[row] = { class: winner, label, probability: byLabel[label], probabilities: byLabel };
    }
    return { errors: null, version, predictions, model: name, results };
  }

  return { features, classes, width, encode, toReply };
}

export function readModel(folder) {
  const modelJson = readJson(folder, 'model.json');
  const paths = modelJson.weightsManifest.flatMap((group) => group.paths);
  const weights = new Uint8Array(paths.flatMap((path) => [...readFileSync(join(folder, path))]));
  return {
    modelJson,
    weightSpecs: modelJson.weightsManifest.flatMap((group) => group.weights),
    weights: weights.buffer,
  };
}
