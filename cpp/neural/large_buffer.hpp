// LargeBuffer: "where do tens of megabytes of logits go?"
//
// Into memory of large pages where the system has them: it is written once and read once by rows that lie far apart,
// so that with pages of 4 KB a third of the reader's time went into finding them.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace sprat {

class LargeBuffer {
  public:
    // The contents are not initialised. Throws std::bad_alloc.
    explicit LargeBuffer(std::size_t size_bytes) : size_bytes_(rounded(size_bytes)), memory_(allocate(size_bytes_)) {}

    [[nodiscard]] void* data() const noexcept { return memory_.get(); }
    [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }

  private:
    static constexpr std::size_t page_bytes = std::size_t{2} << 20U;

    struct Free {
        void operator()(void* memory) const noexcept { ::operator delete(memory, std::align_val_t{page_bytes}); }
    };

    static std::size_t rounded(std::size_t size_bytes) noexcept {
        return (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
    }

    static void* allocate(std::size_t size_bytes) {
        void* const memory = ::operator new(size_bytes, std::align_val_t{page_bytes});
#ifdef __linux__
        (void)madvise(memory, size_bytes, MADV_HUGEPAGE);  // a wish: refused by kernels without large pages
#endif
        return memory;
    }

    std::size_t size_bytes_;
    std::unique_ptr<void, Free> memory_;
};

}  // namespace sprat
