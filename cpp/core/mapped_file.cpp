#include "core/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "core/interruption.hpp"

namespace sprat {
namespace {

[[noreturn]] void fail() { throw std::system_error(errno, std::generic_category()); }

struct stat status_of(int descriptor) {
    struct stat status{};
    if (fstat(descriptor, &status) != 0) fail();
    return status;
}

std::int64_t modified(const struct stat& status) noexcept {
#ifdef __APPLE__
    const timespec& time = status.st_mtimespec;
#else
    const timespec& time = status.st_mtim;
#endif
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

MappedFile MappedFile::of(int descriptor) {
    MappedFile file;
    file.descriptor_ = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (file.descriptor_ < 0) fail();
    const struct stat status = status_of(file.descriptor_);
    file.modified_ = modified(status);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return file;
    void* const start = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor_, 0);
    if (start == MAP_FAILED) fail();
    file.bytes_ = {static_cast<const std::byte*>(start), size};
    file.guard_ = BusGuard(file.bytes_);
    return file;
}

void MappedFile::swap(MappedFile& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(bytes_, other.bytes_);
    std::swap(guard_, other.guard_);
    std::swap(modified_, other.modified_);
}

MappedFile::~MappedFile() {
    guard_ = BusGuard();
    if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    if (descriptor_ >= 0) close(descriptor_);
}

void MappedFile::require_unchanged() const {
    if (bytes_.empty()) return;
    const struct stat status = status_of(descriptor_);
    if (guard_.lost() || static_cast<std::size_t>(status.st_size) != bytes_.size() || modified(status) != modified_) {
        throw Error{ErrorCode::Corrupt, "the file was changed while it was in use, or cannot be read: load it again"};
    }
}

void write_all(int descriptor, std::span<const std::byte> bytes) {
    constexpr std::size_t most = std::size_t{1} << 26U;  // 64 MiB, after which an interruption is heeded
    while (!bytes.empty()) {
        heed_interruption();
        const ssize_t written = ::write(descriptor, bytes.data(), std::min(bytes.size(), most));
        if (written < 0 && errno != EINTR) fail();
        if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

}  // namespace sprat
