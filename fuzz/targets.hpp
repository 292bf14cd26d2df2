// Fuzz targets: "what holds for any bytes at all?"
//
// Each takes bytes from anywhere and ends; what must hold is in require(), and a sanitizer sees the rest. The bodies
// are those of the unit test, too, which replays tests/fuzz/ (replay.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

namespace sprat::fuzz {

using Bytes = std::span<const std::uint8_t>;

void csr(Bytes bytes);         // a matrix and queries: search() is search_exhaustive(), or the arrays are refused
void index_file(Bytes bytes);  // an index, which can be asked anything, or Error
void json_lines(Bytes bytes);  // texts that are generalised UTF-8, from the lines that were taken
void text(Bytes bytes);        // the remembered tokens of a text are those of the rules

inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

inline std::string_view characters(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Takes numbers off the front; zeros when nothing is left.
class Reader {
  public:
    explicit Reader(Bytes bytes) : rest_(bytes) {}

    template <class T>
    [[nodiscard]] T take() {
        T value{};
        const std::size_t size = rest_.size() < sizeof(T) ? rest_.size() : sizeof(T);
        std::memcpy(&value, rest_.data(), size);
        rest_ = rest_.subspan(size);
        return value;
    }

    [[nodiscard]] Bytes rest() const { return rest_; }

  private:
    Bytes rest_;
};

}  // namespace sprat::fuzz
