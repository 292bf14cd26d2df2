// Large arrays: "where do megabytes come from?"
//
// A fit and an encode write arrays of tens of megabytes, and in pages of four kilobytes much of their time goes
// into getting the pages (docs/performance.md). From `large_bytes` on, arrays lie in pages of two megabytes if the
// system has them to give.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sprat {

template <class T>
struct LargeAllocator {
    using value_type = T;
    static constexpr std::size_t page_bytes = std::size_t{2} << 20U;
    static constexpr std::size_t large_bytes = 2 * page_bytes;

    LargeAllocator() = default;
    template <class Other>
    explicit(false) LargeAllocator(const LargeAllocator<Other>&) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);  // a vector asks for no more than fits
        if (bytes < large_bytes) return static_cast<T*>(::operator new(bytes));
        void* const memory = ::operator new(bytes, std::align_val_t{page_bytes});
#if defined(__linux__)
        (void)madvise(memory, bytes, MADV_HUGEPAGE);  // advice; without it the memory is the same
#endif
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) noexcept {
        if (count * sizeof(T) >= large_bytes) {
            ::operator delete(memory, std::align_val_t{page_bytes});
        } else {
            ::operator delete(memory);
        }
    }
    friend bool operator==(const LargeAllocator&, const LargeAllocator&) { return true; }
};

template <class T>
using LargeArray = std::vector<T, LargeAllocator<T>>;

}  // namespace sprat
