"""Fits scikit-learn's logistic regression and multi-layer perceptron on a table, and writes what they come to as JSON.

sklearn_peers.py TABLE TARGET PART: the rows whose PART is "test" are held out.
"""
import csv
import json
import sys
import time
import warnings

import numpy
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
path, target, part = sys.argv[1:]
with open(path) as file:
    rows = list(csv.DictReader(file))
names = [name for name in rows[0] if name not in (target, part)]


def number(cell):
    try:
        return float(cell)
    except ValueError:
        return None


numeric = [name for name in names if all(row[name] == "" or number(row[name]) is not None for row in rows)]
columns = [[float(row[name] or "nan") if name in numeric else row[name] or numpy.nan for row in rows] for name in names]
table = numpy.array(columns, dtype=float if len(numeric) == len(names) else object).T
labels = numpy.array([row[target] for row in rows])
held = numpy.array([row[part] == "test" for row in rows])
scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
coded = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
places = {kind: [at for at, name in enumerate(names) if (name in numeric) == kind] for kind in (True, False)}
encoded = ColumnTransformer([("numbers", scaled, places[True]), ("categories", coded, places[False])])
answer = {}
for name, model in {"logistic": LogisticRegression(max_iter=1000), "mlp": MLPClassifier(max_iter=500, random_state=1)}.items():
    start = time.process_time()
    pipeline = make_pipeline(encoded, model).fit(table[~held], labels[~held])
    score = pipeline.score(table[held], labels[held])
    answer[name] = {"accuracy": score, "cpuSeconds": time.process_time() - start}
json.dump(answer, sys.stdout)
