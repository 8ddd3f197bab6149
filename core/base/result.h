// Result<T, E>: a value or a typed error, with the member names of std::expected (which C++20 does
// not have yet). Errors are data here; sentences for people are made at the edge. Never throws for
// an expected failure; asking a Result for what it does not hold is a programming error and ends
// the process.
#pragma once

#include <cstdlib>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

namespace runnel {

/// Wraps an error so that it can be returned where a Result<T, E> is expected.
template <typename E>
class Unexpected {
public:
    constexpr explicit Unexpected(E error) : m_error(std::move(error)) {}
    constexpr const E& error() const& { return m_error; }
    constexpr E&& error() && { return std::move(m_error); }

private:
    E m_error;
};

template <typename E>
Unexpected(E) -> Unexpected<E>;

/// The usual way to return an error: `return fail(DecodeError::truncated);`
template <typename E>
constexpr Unexpected<std::decay_t<E>> fail(E&& error) {
    return Unexpected<std::decay_t<E>>(std::forward<E>(error));
}

template <typename T, typename E>
class [[nodiscard]] Result {
public:
    using value_type = T;
    using error_type = E;

    template <typename U = T>
    requires(std::is_constructible_v<T, U&&> &&
             !std::is_same_v<
                 std::remove_cvref_t<U>,
                 Result>) constexpr Result(U&& value)  // NOLINT(google-explicit-constructor):
                                                       // a value is a success
        : m_state(std::in_place_index<0>, std::forward<U>(value)) {}

    template <typename G>
    requires std::is_constructible_v<E, G>
    constexpr Result(Unexpected<G> error)  // NOLINT(google-explicit-constructor)
        : m_state(std::in_place_index<1>, std::move(error).error()) {}

    constexpr bool has_value() const { return m_state.index() == 0; }
    constexpr explicit operator bool() const { return has_value(); }

    constexpr T& value() & { return checked(), *std::get_if<0>(&m_state); }
    constexpr const T& value() const& { return checked(), *std::get_if<0>(&m_state); }
    constexpr T&& value() && { return checked(), std::move(*std::get_if<0>(&m_state)); }
    constexpr T& operator*() & { return value(); }
    constexpr const T& operator*() const& { return value(); }
    constexpr T&& operator*() && { return std::move(*this).value(); }
    constexpr T* operator->() { return &value(); }
    constexpr const T* operator->() const { return &value(); }

    constexpr const E& error() const& {
        if (has_value()) std::abort();
        return *std::get_if<1>(&m_state);
    }
    constexpr E&& error() && {
        if (has_value()) std::abort();
        return std::move(*std::get_if<1>(&m_state));
    }

    template <typename U>
    constexpr T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }

    /// Applies f to the value, keeps the error.
    template <typename F>
    constexpr auto transform(F&& f) const& -> Result<std::invoke_result_t<F, const T&>, E> {
        if (!has_value()) return Unexpected<E>(error());
        return std::invoke(std::forward<F>(f), **this);
    }

    /// Applies f, which itself returns a Result, to the value; keeps the error.
    template <typename F>
    constexpr auto and_then(F&& f) const& -> std::invoke_result_t<F, const T&> {
        if (!has_value()) return Unexpected<E>(error());
        return std::invoke(std::forward<F>(f), **this);
    }

private:
    constexpr void checked() const {
        if (!has_value()) std::abort();
    }

    std::variant<T, E> m_state;
};

/// A step that has no value to give, only a failure.
template <typename E>
class [[nodiscard]] Result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    constexpr Result() = default;
    template <typename G>
    requires std::is_constructible_v<E, G>
    constexpr Result(Unexpected<G> error)  // NOLINT(google-explicit-constructor)
        : m_state(std::in_place_index<1>, std::move(error).error()) {}

    constexpr bool has_value() const { return m_state.index() == 0; }
    constexpr explicit operator bool() const { return has_value(); }
    constexpr const E& error() const& {
        if (has_value()) std::abort();
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<std::monostate, E> m_state;
};

/// std::visit with lambdas: `std::visit(overloaded{[](const A&) {...}, [](const B&) {...}},
/// variant)`.
template <typename... Ts>
struct overloaded : Ts... {
    using Ts::operator()...;
};
template <typename... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

}  // namespace runnel

#define RUNNEL_CONCAT_(a, b) a##b
#define RUNNEL_CONCAT(a, b) RUNNEL_CONCAT_(a, b)

/// Declares `decl` from a Result, or returns its error from the enclosing function:
/// `RUNNEL_TRY(const auto key, PublicKey::parse(bytes));`
#define RUNNEL_TRY(decl, expression)                                                \
    auto RUNNEL_CONCAT(result_, __LINE__) = (expression);                           \
    if (!RUNNEL_CONCAT(result_, __LINE__))                                          \
        return ::runnel::fail(std::move(RUNNEL_CONCAT(result_, __LINE__)).error()); \
    decl = *std::move(RUNNEL_CONCAT(result_, __LINE__))

/// Returns the error of a Result<void, E> from the enclosing function.
#define RUNNEL_CHECK(expression)                                 \
    do {                                                         \
        if (auto runnel_checked = (expression); !runnel_checked) \
            return ::runnel::fail(runnel_checked.error());       \
    } while (false)
