// Ways to ask for a payment that this wallet knows by their names and cannot pay: LNURL (LUD 1 and
// 17), offers and what else BOLT 12 writes, and names at a domain (lightning addresses, LUD 16, and
// BIP 353). They begin much like invoices: without a name of their own they would be called
// invoices with a typing error, and whoever copied them right would copy them again. Recognised by
// how they begin, not checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace runnel::payment {

enum class OtherWay : std::uint8_t {
    lnurl,
    offer,
    name_at_domain,
};

/// As problems name it (`feature`): "lnurl", "offer", "name_at_domain".
std::string_view to_string(OtherWay way);
/// In any case, with or without "lightning:" before it; nothing when it is none of them.
std::optional<OtherWay> other_way(std::string_view text);

}  // namespace runnel::payment
