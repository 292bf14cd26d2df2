// LargeBuffer: "where do tens of megabytes of logits go?"
//
// Into memory of large pages where the system has them (core/large_array.hpp): it is written once and read once by rows
// that lie far apart.
#pragma once

#include <cstddef>
#include <memory>

#include "core/large_array.hpp"

namespace sprat {

class LargeBuffer {
  public:
    // The contents are not initialised. Throws std::bad_alloc.
    explicit LargeBuffer(std::size_t size_bytes)
        : memory_(LargeAllocator<std::byte>().allocate(size_bytes), Free{size_bytes}) {}

    [[nodiscard]] void* data() const noexcept { return memory_.get(); }

  private:
    struct Free {
        std::size_t size_bytes;
        void operator()(std::byte* memory) const noexcept {
            LargeAllocator<std::byte>().deallocate(memory, size_bytes);
        }
    };

    std::unique_ptr<std::byte, Free> memory_;
};

}  // namespace sprat
