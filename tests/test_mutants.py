"""The list of mutants fits the sources, without which `make mutants` would not start."""

import mutants
import mutation


def test_every_mutant_that_is_named_changes_a_place_that_is_there():
    python = {file for file, _ in mutants.EQUIVALENT if file.endswith(".py")}
    found = [*mutation.of_cpp(), *(mutant for file in python for mutant in mutation.of_python(file))]

    assert set(mutants.EQUIVALENT) <= {mutant.key for mutant in found}
    assert all(mutant.tests for mutant in found)
