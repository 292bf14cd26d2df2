"""sprat.integrations.sklearn: what scikit-learn asks of a transformer of texts."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

import sprat
from sprat.errors import EmptyCorpusError, InvalidArgumentError
from sprat.integrations.sklearn import BM25Vectorizer

TEXTS = ["dogs run and cats run", "a cat sleeps", "stocks fall", "the market falls, and stocks run"] * 5
LABELS = [0, 0, 1, 1] * 5


def bits(matrix) -> tuple[object, ...]:
    data = np.asarray(matrix.data).view(np.uint32).tolist()
    return matrix.shape, matrix.indptr.tolist(), matrix.indices.tolist(), data


def test_sklearns_own_list_of_checks_for_text():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)  # the other checks want arrays
        for estimator, check in estimator_checks_generator(BM25Vectorizer()):
            check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_set_params,
        estimator_checks.check_valid_tag_types,
    ],
    ids=lambda check: check.__name__,
)
def test_sklearns_checks_that_need_no_array(check):
    check("BM25Vectorizer", BM25Vectorizer())


@pytest.mark.parametrize("side", ["document", "query"])
def test_vectors_are_the_encoders(side):
    encoder = sprat.BM25Encoder("en", variant="okapi", k1=1.5).fit(TEXTS)
    vectorizer = BM25Vectorizer("en", variant="okapi", k1=1.5, side=side)

    fitted_at_once = vectorizer.fit_transform(TEXTS)

    expected = encoder.encode_documents(TEXTS) if side == "document" else encoder.encode_queries(TEXTS)
    assert bits(fitted_at_once) == bits(expected)
    assert bits(vectorizer.transform(TEXTS)) == bits(expected)
    assert bits(BM25Vectorizer("en", variant="okapi", k1=1.5, side=side).fit(TEXTS).transform(TEXTS)) == bits(
        expected
    )


def test_a_fit_in_parts_is_a_fit_of_all():
    parts = BM25Vectorizer().partial_fit(TEXTS[:2]).partial_fit(TEXTS[2:])
    whole = BM25Vectorizer().fit(TEXTS)

    assert bits(parts.transform(TEXTS)) == bits(whole.transform(TEXTS))
    assert parts.get_feature_names_out().tolist() == whole.get_feature_names_out().tolist()


def test_features_are_the_terms_by_column():
    vectorizer = BM25Vectorizer().fit(["dogs run", "cats"])

    assert vectorizer.get_feature_names_out().tolist() == ["dog", "run", "cat"]
    assert dict(vectorizer.vocabulary_) == {"dog": 0, "run": 1, "cat": 2}


@pytest.mark.parametrize("texts", [np.array(TEXTS), pd.Series(TEXTS), tuple(TEXTS), iter(TEXTS)], ids=type)
@pytest.mark.parametrize("side", ["document", "query"])
def test_a_column_is_a_collection(texts, side):
    texts = iter(TEXTS) if iter(texts) is texts else texts

    rows = BM25Vectorizer(side=side).fit_transform(texts)

    assert bits(rows) == bits(BM25Vectorizer(side=side).fit_transform(TEXTS))


def test_a_pipeline_learns_and_answers():
    pipeline = make_pipeline(BM25Vectorizer(), LogisticRegression()).fit(TEXTS, LABELS)

    assert pipeline.predict(["cats and dogs", "the market"]).tolist() == [0, 1]
    assert cross_val_score(pipeline, TEXTS, LABELS, cv=2).tolist() == [1.0, 1.0]
    again = pickle.loads(pickle.dumps(pipeline))
    assert again.predict_proba(TEXTS).tolist() == pipeline.predict_proba(TEXTS).tolist()


def test_both_sides_of_one_union():
    union = FeatureUnion([("d", BM25Vectorizer()), ("q", BM25Vectorizer(side="query"))]).fit(TEXTS)

    assert union.transform(TEXTS).shape == (20, 2 * len(union.transformer_list[0][1].vocabulary_))
    assert union.get_feature_names_out()[0] == "d__dog"


def test_a_grid_search_over_parameters():
    grid = {"bm25vectorizer__k1": [0.5, 1.2], "bm25vectorizer__variant": ["lucene", "okapi"]}
    pipeline = make_pipeline(BM25Vectorizer(), LogisticRegression())

    search = GridSearchCV(pipeline, grid, cv=2).fit(TEXTS, LABELS)

    assert len(search.cv_results_["params"]) == 4
    assert search.best_score_ == 1.0


def test_a_clone_has_the_parameters_and_no_fit():
    analyzer = sprat.Analyzer("unicode")
    vectorizer = BM25Vectorizer(analyzer, k1=0.9).set_params(b=0.4).fit(TEXTS)

    other = clone(vectorizer)

    assert other.get_params() == vectorizer.get_params()
    assert (other.k1, other.b, other.analyzer) == (0.9, 0.4, analyzer)
    with pytest.raises(NotFittedError):
        other.transform(TEXTS)
    with pytest.raises(NotFittedError):
        other.get_feature_names_out()


def test_wrong_parameters_are_refused_when_fitting_and_a_fit_is_kept():
    vectorizer = BM25Vectorizer().fit(["dogs run"])

    for parameters, message in [({"k1": -1}, "k1"), ({"side": "both"}, "side must be"), ({"b": 2}, "b must")]:
        wrong = vectorizer.set_params(**parameters)
        for act in (wrong.fit, wrong.fit_transform):
            with pytest.raises(InvalidArgumentError, match=message):
                act(TEXTS)
        vectorizer.set_params(k1=1.2, side="document", b=0.75)
    with pytest.raises(EmptyCorpusError):
        vectorizer.fit(["", "the"])
    for act in (vectorizer.fit, vectorizer.transform, vectorizer.fit_transform, vectorizer.partial_fit):
        with pytest.raises(TypeError, match="one str; wrap it in a list"):
            act("dogs")
    assert vectorizer.get_feature_names_out().tolist() == ["dog", "run"]


def test_the_package_does_not_load_sklearn_and_names_the_extra():
    code = (
        "import sys, sprat, sprat.integrations; assert 'sklearn' not in sys.modules\n"
        "sys.modules['sklearn'] = None\n"
        "try:\n    import sprat.integrations.sklearn\n"
        "except sprat.errors.MissingExtraError as error:\n    assert 'sprat[sklearn]' in str(error)\n"
        "else:\n    raise SystemExit('imported')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
