// Text column: "which texts lie here, one behind the other?"
//
// UTF-8 in the layouts that Arrow has for strings (string, large_string, string_view), read where it lies. Either made
// here from bytes and ends, or borrowed from another library through Arrow's C data interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/arrow.hpp"

namespace sprat {

class TextColumn {
  public:
    // Text i is bytes [offsets[i], offsets[i + 1]), which are generalised UTF-8: nobody checks them again.
    TextColumn(std::string bytes, std::vector<std::int64_t> offsets);
    // Takes the array, of which the offsets are checked here, the texts by who reads them: see is_foreign. Refuses a
    // type that is not one of strings. Without an array: no text.
    TextColumn(const ArrowSchema& schema, Owned<ArrowArray> array);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    // REQUIRES: i < size(), and not is_null(i).
    [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept;
    [[nodiscard]] bool is_null(std::size_t i) const noexcept;
    // Whether texts may be null or something else than UTF-8, so that each is to be looked at.
    [[nodiscard]] bool is_foreign() const noexcept { return foreign_; }

  private:
    enum class Layout : std::uint8_t { Offsets32, Offsets64, Views };

    void check_offsets() const;

    std::string bytes_;
    std::vector<std::int64_t> own_offsets_;
    Owned<ArrowArray> array_;
    bool foreign_;
    Layout layout_;
    std::size_t size_;
    std::size_t first_ = 0;  // Arrow's offset: where element 0 lies in the buffers
    const std::uint8_t* validity_ = nullptr;
    const void* places_;  // offsets or views
    const char* data_ = nullptr;
    const void* const* view_data_ = nullptr;
};

// The place of the first byte that breaks UTF-8 as str.encode would write it; none in good text.
[[nodiscard]] std::optional<std::size_t> utf8_fault(std::string_view text) noexcept;

}  // namespace sprat
