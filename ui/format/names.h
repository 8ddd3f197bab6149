// Names for nodes: what a person calls a peer ("Practice shop"), or the beginning and end of its
// key. Names come from whoever knows them; a peer never names itself.
#pragma once

#include "core/api/snapshot.h"

#include <QHash>
#include <QString>

namespace runnel::ui {

class PeerNames {
public:
    void set(const crypto::PublicKey& node, const QString& name) {
        m_names.insert(key(node), name);
    }
    bool knows(const crypto::PublicKey& node) const { return m_names.contains(key(node)); }
    QString of(const crypto::PublicKey& node) const;

private:
    static QString key(const crypto::PublicKey& node);
    QHash<QString, QString> m_names;
};

}  // namespace runnel::ui
