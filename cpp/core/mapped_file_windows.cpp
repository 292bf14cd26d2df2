#define NOMINMAX
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "core/interruption.hpp"
#include "core/mapped_file.hpp"

namespace sprat {
namespace {

constexpr std::size_t most = std::size_t{1} << 26U;  // 64 MiB, after which an interruption is heeded

[[noreturn]] void fail() {
    const DWORD error = GetLastError();
    const bool full = error == ERROR_DISK_FULL || error == ERROR_HANDLE_DISK_FULL;
    throw std::system_error(full ? ENOSPC : error == ERROR_INVALID_HANDLE ? EBADF : EIO, std::generic_category());
}

// Windows has 32 significant bits in a handle.
HANDLE handle_of(int number) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what a handle is
    return reinterpret_cast<HANDLE>(static_cast<std::intptr_t>(number));
}

OVERLAPPED place_of(std::uint64_t at) noexcept {
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(at);
    place.OffsetHigh = static_cast<DWORD>(at >> 32U);
    return place;
}

}  // namespace

MappedFile MappedFile::of(int descriptor) {
    const HANDLE handle = handle_of(descriptor);
    LARGE_INTEGER end;
    if (GetFileSizeEx(handle, &end) == 0) fail();
    const auto size = static_cast<std::size_t>(end.QuadPart);
    std::unique_ptr<std::byte[]> memory(size == 0 ? nullptr : new std::byte[size]);
    for (std::size_t done = 0; done < size;) {
        heed_interruption();
        OVERLAPPED place = place_of(done);
        DWORD count = 0;
        const auto wanted = static_cast<DWORD>(std::min(most, size - done));
        if (ReadFile(handle, memory.get() + done, wanted, &count, &place) == 0 && GetLastError() != ERROR_HANDLE_EOF) {
            fail();
        }
        if (count == 0) throw Error{ErrorCode::Corrupt, "the file was cut short while it was read: load it again"};
        done += count;
    }
    MappedFile file;
    file.bytes_ = {memory.release(), size};
    return file;
}

void MappedFile::swap(MappedFile& other) noexcept { std::swap(bytes_, other.bytes_); }

MappedFile::~MappedFile() { delete[] bytes_.data(); }

void MappedFile::require_unchanged() const {}

void write_all(int descriptor, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        heed_interruption();
        DWORD count = 0;
        const auto wanted = static_cast<DWORD>(std::min(most, bytes.size()));
        if (WriteFile(handle_of(descriptor), bytes.data(), wanted, &count, nullptr) == 0) fail();
        bytes = bytes.subspan(count);
    }
}

}  // namespace sprat
