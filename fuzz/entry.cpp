// What libFuzzer calls; SPRAT_TARGET is the target that this program is for.
#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sprat::fuzz::SPRAT_TARGET({data, size});
    return 0;
}
