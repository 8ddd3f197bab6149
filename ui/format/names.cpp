#include "ui/format/names.h"

#include "ui/format/text.h"

namespace runnel::ui {

QString PeerNames::key(const crypto::PublicKey& node) { return qs(node.hex()); }

QString PeerNames::of(const crypto::PublicKey& node) const {
    const auto known = m_names.constFind(key(node));
    return known != m_names.constEnd() ? *known : shortened(key(node));
}

}  // namespace runnel::ui
