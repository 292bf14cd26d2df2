#include "vocab/correspondence.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.hpp"

namespace sprat {
namespace {

std::string_view term_of(const Vocabulary& vocabulary, std::int64_t id) {
    return vocabulary.term(TermId{static_cast<std::uint32_t>(id)});
}

}  // namespace

std::vector<std::int64_t> ids_in(const Vocabulary& there, const Vocabulary& here) {
    std::vector<std::int64_t> ids(here.size());
    for (std::size_t id = 0; id < ids.size(); ++id) {
        const auto found = there.find(term_of(here, static_cast<std::int64_t>(id)));
        ids[id] = found ? static_cast<std::int64_t>(*found) : -1;
    }
    return ids;
}

std::vector<std::int64_t> append(Vocabulary& there, const Vocabulary& here) {
    std::vector<std::int64_t> ids(here.size());
    for (std::size_t id = 0; id < ids.size(); ++id) {
        ids[id] = static_cast<std::int64_t>(there.add(term_of(here, static_cast<std::int64_t>(id))).id);
    }
    return ids;
}

Vocabulary select(const Vocabulary& vocabulary, std::span<const std::int64_t> ids) {
    const auto refuse = [&](std::size_t at, const std::string& allowed) {
        throw Error{ErrorCode::InvalidArgument,
                    "ids[" + std::to_string(at) + "] must be " + allowed + ", got " + std::to_string(ids[at])};
    };
    Vocabulary selected;
    for (std::size_t at = 0; at < ids.size(); ++at) {
        if (ids[at] < 0 || static_cast<std::uint64_t>(ids[at]) >= vocabulary.size()) {
            refuse(at, "in [0, " + std::to_string(vocabulary.size()) + ")");
        }
        if (!selected.add(term_of(vocabulary, ids[at])).is_new) refuse(at, "unlike all before it");
    }
    return selected;
}

std::vector<std::int64_t> ids_by_bytes(const Vocabulary& vocabulary) {
    std::vector<std::int64_t> ids(vocabulary.size());
    std::iota(ids.begin(), ids.end(), std::int64_t{0});
    std::sort(ids.begin(), ids.end(),
              [&](std::int64_t a, std::int64_t b) { return term_of(vocabulary, a) < term_of(vocabulary, b); });
    return ids;
}

Vocabulary vocabulary_of(std::string_view characters, std::span<const std::int64_t> ends) {
    Vocabulary vocabulary;
    std::size_t begin = 0;
    for (std::size_t id = 0; id < ends.size(); ++id) {
        const auto end = static_cast<std::size_t>(ends[id]);
        if (ends[id] < 0 || end < begin || end > characters.size()) {
            throw Error{ErrorCode::Corrupt, "the end of term " + std::to_string(id) + " must be in [" +
                                                std::to_string(begin) + ", " + std::to_string(characters.size()) +
                                                "], found " + std::to_string(ends[id])};
        }
        const auto added = vocabulary.add(characters.substr(begin, end - begin));
        if (!added.is_new) {
            throw Error{ErrorCode::Corrupt, "term " + std::to_string(id) + " is the same as term " +
                                                std::to_string(static_cast<std::uint32_t>(added.id))};
        }
        begin = end;
    }
    if (begin != characters.size()) {
        throw Error{ErrorCode::Corrupt, "the last term must end at " + std::to_string(characters.size()) + ", found " +
                                            std::to_string(begin)};
    }
    return vocabulary;
}

}  // namespace sprat
