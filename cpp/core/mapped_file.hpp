// Mapped file: "which bytes does this file hold?", answered without reading them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/bus_guard.hpp"

namespace sprat {

// A whole file as memory. Pages are read when they are touched. The file may be renamed or unlinked. If it is cut short
// or written to, its bytes are no longer what they were, but reading them is never a fault (bus_guard.hpp): whoever has
// read them calls require_unchanged() before believing what came of it.
//
// On Windows, where a mapped file can be neither replaced nor removed, it is read instead, into memory of our own.
class MappedFile {
  public:
    // `descriptor`, on Windows the handle, may be closed afterwards. Throws std::system_error.
    [[nodiscard]] static MappedFile of(int descriptor);

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept { swap(other); }
    MappedFile& operator=(MappedFile&& other) noexcept {
        swap(other);
        return *this;
    }
    ~MappedFile();

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    // Throws Error{Corrupt} if the file was cut short or written to since it was mapped, or could not be read.
    void require_unchanged() const;

  private:
    void swap(MappedFile& other) noexcept;

    int descriptor_ = -1;
    std::span<const std::byte> bytes_;
#ifndef _WIN32
    BusGuard guard_;
#endif
    std::int64_t modified_ = 0;  // nanoseconds since 1970, by the file system's clock
};

// Writes all of `bytes` where the descriptor, on Windows the handle, stands. Throws std::system_error.
void write_all(int descriptor, std::span<const std::byte> bytes);

}  // namespace sprat
