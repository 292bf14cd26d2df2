// Mapped file: "which bytes does this file hold?", answered without reading them.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace sprat {

// A whole file as memory. Pages are read when they are touched; the file may be renamed or unlinked, but must not be
// cut short while it is mapped.
class MappedFile {
  public:
    // `descriptor` may be closed afterwards. Throws std::system_error.
    [[nodiscard]] static MappedFile of(int descriptor);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  private:
    std::span<const std::byte> bytes_;
};

// Writes all of `bytes` where the descriptor stands. Throws std::system_error.
void write_all(int descriptor, std::span<const std::byte> bytes);

}  // namespace sprat
