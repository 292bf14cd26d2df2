#include "vocab/hashed.hpp"

#include <bit>
#include <cstddef>

namespace sprat {
namespace {

// The `count` bytes at `data`, at most four, the first one lowest: on every machine, unlike a load.
std::uint32_t little_endian(const char* data, std::size_t count) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(data[i])) << (8 * i);
    }
    return value;
}

std::uint32_t scrambled(std::uint32_t block) noexcept { return std::rotl(block * 0xCC9E2D51U, 15) * 0x1B873593U; }

// MurmurHash3_x86_32 with seed 0; A. Appleby, https://github.com/aappleby/smhasher
std::uint32_t murmur3(std::string_view bytes) noexcept {
    std::uint32_t hash = 0;
    const std::size_t blocks_end = bytes.size() / 4 * 4;
    for (std::size_t i = 0; i < blocks_end; i += 4) {
        hash = std::rotl(hash ^ scrambled(little_endian(bytes.data() + i, 4)), 13) * 5 + 0xE6546B64U;
    }
    hash ^= scrambled(little_endian(bytes.data() + blocks_end, bytes.size() - blocks_end));  // of nothing: 0
    hash ^= static_cast<std::uint32_t>(bytes.size());
    hash = (hash ^ hash >> 16U) * 0x85EBCA6BU;
    hash = (hash ^ hash >> 13U) * 0xC2B2AE35U;
    return hash ^ hash >> 16U;
}

}  // namespace

std::uint32_t hashed_id(std::string_view term, TermHash hash) noexcept {
    const std::uint32_t id = murmur3(term);
    const bool negative = id >= 0x80000000U;  // as an int32
    return hash == TermHash::Murmur3Abs && negative ? 0U - id : id;
}

std::vector<std::uint32_t> hashed_ids(const Vocabulary& vocabulary, TermHash hash) {
    std::vector<std::uint32_t> ids(vocabulary.size());
    for (std::uint32_t term = 0; term < ids.size(); ++term) ids[term] = hashed_id(vocabulary.term(TermId{term}), hash);
    return ids;
}

}  // namespace sprat
