#include "core/bus_guard.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <mutex>
#include <utility>

namespace sprat {
namespace {

static_assert(std::atomic<std::byte*>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

std::atomic<BusGuard::Range*> ranges{nullptr};
struct sigaction first{};               // who handled the signal before this did,
struct sigaction later{};               // and who has come to since: may have been given this handler to fall back on
volatile std::sig_atomic_t asking = 0;  // 1: `later` has the signal, and if it comes back, `first` gets it

// The range that holds an address. A range that is being used again has no end meanwhile.
BusGuard::Range* range_of(const std::byte* address) noexcept {
    for (BusGuard::Range* range = ranges.load(); range != nullptr; range = range->next) {
        const std::byte* const end = range->end.load();
        const std::byte* const begin = range->begin.load();
        if (end == range->end.load() && !std::less<>()(address, begin) && std::less<>()(address, end)) return range;
    }
    return nullptr;
}

// Whoever reads on finds zeros everywhere: nothing then points to what was there before.
bool replace(BusGuard::Range& range) noexcept {
    range.lost.store(true);
    std::byte* const begin = range.begin.load();
    const auto size = static_cast<std::size_t>(range.end.load() - begin);
    void* const zeros = mmap(begin, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return zeros != MAP_FAILED;
}

void pass_on(const struct sigaction& to, int signal, siginfo_t* info, void* context) {
    if ((to.sa_flags & SA_SIGINFO) != 0 && to.sa_sigaction != nullptr) {
        to.sa_sigaction(signal, info, context);
    } else if (to.sa_handler != SIG_DFL && to.sa_handler != SIG_IGN) {
        to.sa_handler(signal);
    } else {  // as if this had never been here
        sigaction(signal, &to, nullptr);
        if (info->si_code <= 0) raise(signal);
    }
}

void handle(int signal, siginfo_t* info, void* context) {
    const int before = errno;
    if (info->si_code > 0) {  // the system's, not kill()'s
        BusGuard::Range* const range = range_of(static_cast<const std::byte*>(info->si_addr));
        if (range != nullptr && replace(*range)) {
            errno = before;
            return;
        }
    }
    if (asking == 0) {
        asking = 1;
        pass_on(later, signal, info, context);
        if (info->si_code > 0) asking = 0;  // it was mended; a signal that was sent again is not
    } else {
        pass_on(first, signal, info, context);
    }
    errno = before;
}

// Whoever handled the signal since the last mapping is asked after us.
void install() {
    struct sigaction current{};
    if (sigaction(SIGBUS, nullptr, &current) != 0 || current.sa_sigaction == &handle) return;
    later = current;
    static bool again = false;
    if (!again) first = current;
    again = true;
    struct sigaction ours{};
    ours.sa_sigaction = &handle;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&ours.sa_mask);
    sigaction(SIGBUS, &ours, nullptr);
}

BusGuard::Range* free_range() {
    for (BusGuard::Range* range = ranges.load(); range != nullptr; range = range->next) {
        if (!range->taken.exchange(true)) return range;
    }
    auto* const range = new BusGuard::Range;  // never freed: the handler may be looking at it
    range->next = ranges.load();
    ranges.store(range);
    return range;
}

}  // namespace

BusGuard::BusGuard(std::span<const std::byte> mapping) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    install();
    range_ = free_range();
    auto* const begin = const_cast<std::byte*>(mapping.data());
    range_->lost.store(false);
    range_->begin.store(begin);
    range_->end.store(begin + mapping.size());
}

BusGuard::BusGuard(BusGuard&& other) noexcept : range_(std::exchange(other.range_, nullptr)) {}

BusGuard& BusGuard::operator=(BusGuard&& other) noexcept {
    std::swap(range_, other.range_);
    return *this;
}

BusGuard::~BusGuard() {
    if (range_ == nullptr) return;
    range_->end.store(nullptr);
    range_->taken.store(false);
}

bool BusGuard::lost() const noexcept { return range_ != nullptr && range_->lost.load(); }

}  // namespace sprat
