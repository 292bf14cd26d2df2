// Kernels: "which loop for this CPU?" The few loops over scores and logits worth writing once per instruction set,
// behind one table chosen once per process.
//
// Every table gives the same bits; "portable" is the definition, the others are tested against it.
#pragma once

#include <span>
#include <string_view>

#include "simd/tables.hpp"

namespace sprat::simd {

// The best table for this CPU. SPRAT_ISA=<name> forces one; a name that this machine cannot run throws Error.
[[nodiscard]] const Kernels& active();

// The table called `isa`. Throws Error{InvalidArgument}, which begins with `what`, if this machine cannot run it.
[[nodiscard]] const Kernels& named(std::string_view isa, std::string_view what);

// Every table this machine can run, "portable" first.
[[nodiscard]] std::span<const Kernels* const> runnable();

}  // namespace sprat::simd
