#include "core/mapped_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace sprat {
namespace {

[[noreturn]] void fail() { throw std::system_error(errno, std::generic_category()); }

}  // namespace

MappedFile MappedFile::of(int descriptor) {
    struct stat status{};
    if (fstat(descriptor, &status) != 0) fail();
    const auto size = static_cast<std::size_t>(status.st_size);
    MappedFile file;
    if (size == 0) return file;
    void* const start = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (start == MAP_FAILED) fail();
    file.bytes_ = {static_cast<const std::byte*>(start), size};
    return file;
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void write_all(int descriptor, std::span<const std::byte> bytes) {
    constexpr std::size_t most = std::size_t{1} << 30U;  // a system call may take less than it is given
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), std::min(bytes.size(), most));
        if (written < 0 && errno != EINTR) fail();
        if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

}  // namespace sprat
