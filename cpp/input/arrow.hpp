// Arrow's C data interface: "how does a column of another library lie in memory?"
//
// The two structs of the specification (arrow.apache.org/docs/format/CDataInterface.html), which are an ABI and need
// no library, and the holders that release them.
#pragma once

#include <cstdint>
#include <utility>

extern "C" {

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    ArrowSchema** children;
    ArrowSchema* dictionary;
    void (*release)(ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    const void** buffers;
    ArrowArray** children;
    ArrowArray* dictionary;
    void (*release)(ArrowArray*);
    void* private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
    int (*get_next)(ArrowArrayStream*, ArrowArray*);
    const char* (*get_last_error)(ArrowArrayStream*);
    void (*release)(ArrowArrayStream*);
    void* private_data;
};
}

namespace sprat {

// Owns one of the three; a struct without `release` is empty.
template <class T>
class Owned {
  public:
    Owned() noexcept : value_{} {}
    // Takes what `from` holds, and marks it as taken.
    explicit Owned(T& from) noexcept : value_(from) { from.release = nullptr; }
    Owned(Owned&& other) noexcept : Owned(other.value_) {}
    Owned& operator=(Owned&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() {
        if (value_.release != nullptr) value_.release(&value_);
    }

    [[nodiscard]] T* get() noexcept { return &value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }
    [[nodiscard]] T* operator->() noexcept { return &value_; }
    [[nodiscard]] explicit operator bool() const noexcept { return value_.release != nullptr; }

  private:
    T value_;
};

}  // namespace sprat
