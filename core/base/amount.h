// Money as types: millisatoshi inside channels, satoshi on the chain, feerates. Arithmetic on
// anything that came from outside is checked: `add` and `sub` give nothing instead of wrapping. The
// operators are for sums that a checked rule has already bounded; they end the process rather than
// wrap. Conversions name their rounding. No double, ever.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace runnel {

/// Ends the process: an amount that was proven in range was not. Our bug, never a peer's doing.
[[noreturn]] void amount_overflow();

template <typename Derived>
class Amount {
public:
    constexpr Amount() = default;
    constexpr explicit Amount(std::uint64_t value) : m_value(value) {}
    constexpr std::uint64_t raw() const { return m_value; }
    constexpr bool is_zero() const { return m_value == 0; }

    friend constexpr auto operator<=>(const Amount&, const Amount&) = default;

    /// The sum, or nothing when it does not fit 64 bits.
    friend constexpr std::optional<Derived> add(Derived a, Derived b) {
        std::uint64_t out = 0;
        if (__builtin_add_overflow(a.raw(), b.raw(), &out)) return std::nullopt;
        return Derived(out);
    }
    /// The difference, or nothing when b is more than a.
    friend constexpr std::optional<Derived> sub(Derived a, Derived b) {
        if (b.raw() > a.raw()) return std::nullopt;
        return Derived(a.raw() - b.raw());
    }
    /// The difference, or zero when b is more than a.
    friend constexpr Derived sub_or_zero(Derived a, Derived b) {
        return b.raw() > a.raw() ? Derived(0) : Derived(a.raw() - b.raw());
    }
    friend constexpr Derived operator+(Derived a, Derived b) {
        const auto out = add(a, b);
        if (!out) amount_overflow();
        return *out;
    }
    friend constexpr Derived operator-(Derived a, Derived b) {
        const auto out = sub(a, b);
        if (!out) amount_overflow();
        return *out;
    }
    friend constexpr Derived operator*(Derived a, std::uint64_t n) {
        std::uint64_t out = 0;
        if (__builtin_mul_overflow(a.raw(), n, &out)) amount_overflow();
        return Derived(out);
    }
    constexpr Derived& operator+=(Derived b) { return self() = self() + b; }
    constexpr Derived& operator-=(Derived b) { return self() = self() - b; }

private:
    constexpr Derived& self() { return static_cast<Derived&>(*this); }
    std::uint64_t m_value = 0;
};

class Sat;

/// Millisatoshi: what a channel counts in.
class Msat : public Amount<Msat> {
public:
    using Amount::Amount;
    constexpr Sat floor_sat() const;
    constexpr Sat ceil_sat() const;
};

/// Satoshi: what the chain counts in.
class Sat : public Amount<Sat> {
public:
    using Amount::Amount;
    /// Nothing when the amount does not fit (more than 18.4 million coins).
    constexpr std::optional<Msat> checked_msat() const {
        std::uint64_t out = 0;
        if (__builtin_mul_overflow(raw(), std::uint64_t{1000}, &out)) return std::nullopt;
        return Msat(out);
    }
    constexpr Msat msat() const {
        const auto out = checked_msat();
        if (!out) amount_overflow();
        return *out;
    }
};

constexpr Sat Msat::floor_sat() const { return Sat(raw() / 1000); }
constexpr Sat Msat::ceil_sat() const { return Sat(raw() / 1000 + (raw() % 1000 != 0 ? 1 : 0)); }

/// 21 million coins: no amount on the chain is more.
inline constexpr Sat max_money{2'100'000'000'000'000};

/// Satoshi per 1000 weight units (BOLT 2 `feerate_per_kw`).
class FeeratePerKw {
public:
    constexpr FeeratePerKw() = default;
    constexpr explicit FeeratePerKw(std::uint32_t value) : m_value(value) {}
    constexpr std::uint32_t raw() const { return m_value; }
    /// The fee of so much weight, rounded down, as BOLT 3 demands for commitment transactions.
    constexpr Sat fee_floor(std::uint64_t weight) const {
        return Sat(std::uint64_t{m_value} * weight / 1000);
    }
    /// The fee of so much weight, rounded up, for transactions of our own: never below a relay
    /// floor.
    constexpr Sat fee_ceil(std::uint64_t weight) const {
        return Sat((std::uint64_t{m_value} * weight + 999) / 1000);
    }
    friend constexpr auto operator<=>(const FeeratePerKw&, const FeeratePerKw&) = default;

private:
    std::uint32_t m_value = 0;
};

/// 1 sat/vB is 250 sat/kw; 253 survives every rounding of a node that counts in sat/kvB (BOLT 3
/// practice).
inline constexpr FeeratePerKw feerate_floor{253};

namespace literals {
constexpr Msat operator""_msat(unsigned long long v) { return Msat(v); }
constexpr Sat operator""_sat(unsigned long long v) { return Sat(v); }
}  // namespace literals

}  // namespace runnel
