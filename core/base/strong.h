// Strong<Rep, Tag>: a number with a meaning. Explicit in, raw() out; ordered; no arithmetic unless
// a type adds it.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace runnel {

template <typename Rep, typename Tag>
class Strong {
public:
    using rep = Rep;
    constexpr Strong() = default;
    constexpr explicit Strong(Rep value) : m_value(value) {}
    constexpr Rep raw() const { return m_value; }
    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

private:
    Rep m_value{};
};

}  // namespace runnel

template <typename Rep, typename Tag>
struct std::hash<runnel::Strong<Rep, Tag>> {
    std::size_t operator()(const runnel::Strong<Rep, Tag>& value) const noexcept {
        return std::hash<Rep>{}(value.raw());
    }
};
