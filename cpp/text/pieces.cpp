#include "text/pieces.hpp"

#include <algorithm>
#include <array>

#include "simd/byte_kinds.hpp"

namespace sprat {
namespace {

struct Kinds {
    std::uint64_t alphanumeric = 0, mark = 0, separator = 0, low_line = 0, high = 0;  // of 64 bytes
};

Kinds kinds_of(const char* bytes) noexcept {
    Kinds kinds;
    for (unsigned i = 0; i < 64; i += 16) {
        const auto [alphanumeric, mark, separator, low_line, high] = simd::byte_kinds(bytes + i);
        kinds.alphanumeric |= std::uint64_t{alphanumeric} << i;
        kinds.mark |= std::uint64_t{mark} << i;
        kinds.separator |= std::uint64_t{separator} << i;
        kinds.low_line |= std::uint64_t{low_line} << i;
        kinds.high |= std::uint64_t{high} << i;
    }
    return kinds;
}

// The 64 bytes from `at`; behind the text are zeros, which separate.
Kinds kinds_at(std::string_view text, std::size_t at) noexcept {
    if (at + 64 <= text.size()) return kinds_of(text.data() + at);
    std::array<char, 64> padded{};
    if (at < text.size()) std::copy(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), padded.begin());
    return kinds_of(padded.data());
}

// Bit i is that of the byte behind it.
std::uint64_t behind(std::uint64_t here, std::uint64_t next) noexcept { return here >> 1U | next << 63U; }

}  // namespace

// A mark joins if a letter, a digit or what is no punctuation follows; what is not ASCII and the low line always may.
// They start a piece themselves, and so does punctuation that something outside ASCII follows: it may combine with it.
void PieceCutter::mark(std::string_view text) {
    const std::size_t blocks = text.size() / 64 + 1;
    words_.resize(blocks + 1);
    starts_.resize(blocks + 1);
    joins_.resize(blocks + 1);
    Kinds here = kinds_at(text, 0);
    for (std::size_t block = 0; block < blocks; ++block) {
        const Kinds next = kinds_at(text, 64 * (block + 1));
        const std::uint64_t other = here.low_line | here.high;
        const std::uint64_t word_behind =
            behind(here.alphanumeric | other, next.alphanumeric | next.low_line | next.high);
        const std::uint64_t punctuation = ~(here.alphanumeric | here.separator | other);
        words_[block] = here.alphanumeric;
        joins_[block] = other | (here.mark & word_behind);
        starts_[block] = here.alphanumeric | other | (punctuation & behind(here.high, next.high));
        here = next;
    }
    words_[blocks] = 0;
    starts_[blocks] = ~std::uint64_t{0};
    joins_[blocks] = 0;
}

}  // namespace sprat
