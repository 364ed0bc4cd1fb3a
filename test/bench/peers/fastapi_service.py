"""The kind of service that Tensornest replaces: FastAPI, pydantic, pandas and scikit-learn in one process.

It is trained when it starts, on the car attribute space labelled by a simple rule: what is measured is the path of a
request, not the model.
"""

import itertools
import logging
import os
from typing import List, Optional

import numpy as np
import pandas as pd
import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ValidationError
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

VERSION = "0.0.1"
LEVELS = {
    "buying": ["vhigh", "high", "med", "low"],
    "maint": ["vhigh", "high", "med", "low"],
    "doors": ["2", "3", "4", "5more"],
    "persons": ["2", "4", "more"],
    "lug_boot": ["small", "med", "big"],
    "safety": ["low", "med", "high"],
}

logging.basicConfig(
    filename=os.environ["AUDIT_LOG"],
    level=logging.INFO,
    format="%(asctime)s | %(levelname)s | %(name)s:%(funcName)s:%(lineno)d - %(message)s",
)
logger = logging.getLogger("audit")


class Mapper(BaseEstimator, TransformerMixin):
    """Maps each categorical column to its code."""

    def __init__(self, variables, mappings):
        self.variables = variables
        self.mappings = mappings

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = X.copy()
        for variable in self.variables:
            X[variable] = X[variable].map(self.mappings[variable]).astype(int)
        return X


class CarInput(BaseModel):
    buying: Optional[str]
    maint: Optional[str]
    doors: Optional[str]
    persons: Optional[str]
    lug_boot: Optional[str]
    safety: Optional[str]


class CarInputs(BaseModel):
    inputs: List[CarInput]


class PredictionResults(BaseModel):
    errors: Optional[list]
    version: str
    predictions: Optional[List[int]]


def train() -> Pipeline:
    frame = pd.DataFrame(list(itertools.product(*LEVELS.values())), columns=list(LEVELS))
    codes = {name: {value: code for code, value in enumerate(values)} for name, values in LEVELS.items()}
    score = sum(frame[name].map(codes[name]) for name in LEVELS)
    unsafe = (frame["safety"] == "low") | (frame["persons"] == "2")
    target = np.where(unsafe, 0, np.digitize(score, [9, 12, 14]))
    pipeline = Pipeline(
        [
            ("mapper", Mapper(list(LEVELS), codes)),
            ("scaler", StandardScaler()),
            ("classifier", LogisticRegression(max_iter=500, random_state=0)),
        ]
    )
    return pipeline.fit(frame, target)


PIPELINE = train()


def validate_inputs(frame: pd.DataFrame):
    """Checks the frame a second time, against the model's own schema, as services that package their model do."""
    validated = frame[list(LEVELS)].copy()
    errors = None
    try:
        CarInputs(inputs=validated.replace({np.nan: None}).to_dict(orient="records"))
    except ValidationError as error:
        errors = error.errors()
    return validated, errors


def make_prediction(frame: pd.DataFrame) -> dict:
    validated, errors = validate_inputs(frame)
    results = {"predictions": None, "version": VERSION, "errors": errors}
    if not errors:
        results["predictions"] = [int(value) for value in PIPELINE.predict(validated)]
    return results


app = FastAPI()


@app.get("/")
def live() -> dict:
    return {"status": "ok"}


@app.post("/predict", response_model=PredictionResults, status_code=200)
async def predict(input_data: CarInputs):
    frame = pd.DataFrame(jsonable_encoder(input_data.inputs))
    logger.info("Making prediction on inputs: %s", input_data.inputs)
    results = make_prediction(frame.replace({np.nan: None}))
    if results["errors"] is not None:
        raise HTTPException(status_code=400, detail=results["errors"])
    logger.info("Prediction results: %s", results.get("predictions"))
    return results


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="info")
