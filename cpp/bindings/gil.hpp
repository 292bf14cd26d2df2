// GIL: "who may touch Python's things now?" The policy of the whole package.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

#include "core/interruption.hpp"

namespace sprat::bindings {

// Runs the handlers of signals that came; throws what they raise. To be called without the GIL.
void heed_signals();

// For `work` that takes the GIL, or lets other Python code do so. Before Python 3.14 a thread that asks for it while
// the interpreter shuts down is unwound, which noexcept functions on its way make an abort. It stays here instead, as
// it does from 3.14 on, until the process is gone.
template <class Work>
__attribute__((no_sanitize("null"))) auto staying(Work&& work) {  // what it catches then has no address
#if defined(__GLIBCXX__)
    try {
        return std::forward<Work>(work)();
    } catch (const abi::__forced_unwind&) {
        for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
    }
#else  // whose threads end without unwinding
    return std::forward<Work>(work)();
#endif
}

// Calls `work`, which may touch Python objects, from a thread without the GIL.
template <class Work>
auto with_gil(Work&& work) {
    return staying([&] {
        const pybind11::gil_scoped_acquire acquired;
        return std::forward<Work>(work)();
    });
}

class GilReleased {
  public:
    GilReleased() : state_(PyEval_SaveThread()) {}
    ~GilReleased() {
        staying([this] { PyEval_RestoreThread(state_); });
    }
    GilReleased(const GilReleased&) = delete;
    GilReleased& operator=(const GilReleased&) = delete;

  private:
    PyThreadState* state_;
};

// `work` runs without the GIL and must not touch a Python object. It heeds signals where it calls parallel_for() or
// heed_interruption().
template <class Work>
auto without_gil(Work&& work) {
    const GilReleased released;
    const Interruptible interruptible(&heed_signals);
    return std::forward<Work>(work)();
}

}  // namespace sprat::bindings
