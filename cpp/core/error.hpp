// What went wrong, in one type: a code for the program, a sentence for the reader.
//
// Thrown at a module's door, before any work is done. The message has what, the value, what is allowed:
// "b must be between 0 and 1, got 2.0".
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace sprat {

enum class ErrorCode : std::uint8_t { InvalidArgument, EmptyCorpus, Corrupt, UnsupportedVersion };

class Error : public std::exception {
  public:
    Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

  private:
    ErrorCode code_;
    std::string message_;
};

// The most common of all errors.
[[noreturn]] inline void refuse(const std::string& what, const std::string& allowed, const std::string& value) {
    throw Error{ErrorCode::InvalidArgument, what + " must be " + allowed + ", got " + value};
}

}  // namespace sprat
