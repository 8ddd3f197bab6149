#include "ui/models/wallet_model.h"

#include "ui/format/text.h"

#include <QTimer>

#include <algorithm>

namespace runnel::ui {

namespace {

QString nameOf(const api::PracticePeer& peer) {
    if (peer.role == "shop") return Words::tr("Practice shop");
    if (peer.role == "hub") return Words::tr("Practice hub");
    return Words::tr("Practice shop, second till");
}

}  // namespace

WalletModel::WalletModel(api::NodeApi& node, Bridge::Run run, api::Practice* practice,
                         QObject* parent)
    : QObject(parent), m_bridge(node, std::move(run)), m_activity(m_bridge) {
    m_channels.update(m_bridge.picture()->channels);
    connect(&m_bridge, &Bridge::pictureChanged, this, [this] {
        m_channels.update(m_bridge.picture()->channels);
        m_notices.update(*m_bridge.picture());
        emit pictureChanged();
    });
    connect(&m_bridge, &Bridge::trouble, this, [this](const api::Trouble& trouble) {
        Notice notice;
        notice.problem = trouble.problem;
        notice.channel = trouble.channel_id;
        if (const auto* const channel =
                trouble.channel_id ? m_channels.find(*trouble.channel_id) : nullptr)
            notice.peer = channel->peer;
        m_notices.add(std::move(notice));
    });
    if (practice == nullptr) return;
    m_practice = std::make_unique<PracticeBridge>(*practice);
    m_practice_state.emplace();
    m_practice->watch(this, [this](const api::PracticeState& state) {
        const bool is_back = state.stand == api::PracticeState::Stand::running &&
                             m_practice_state->stand == api::PracticeState::Stand::restarting;
        m_practice_state = state;
        emit practiceChanged();
        // They may listen elsewhere now.
        if (is_back) readPracticePeers();
    });
    readPracticePeers();
}

void WalletModel::readPracticePeers() {
    if (!m_practice) return;
    m_practice->peers(this,
                      [this](const Result<std::vector<api::PracticePeer>, api::Problem>& peers) {
                          if (!peers) {
                              // It may be starting still.
                              QTimer::singleShot(1000, this, &WalletModel::readPracticePeers);
                              return;
                          }
                          m_practice_peers = *peers;
                          namePracticePeers();
                      });
}

void WalletModel::namePracticePeers() {
    for (const auto& peer : m_practice_peers) m_names.set(peer.node_id, nameOf(peer));
    emit namesChanged();
}

void WalletModel::reword() {
    namePracticePeers();
    m_activity.reword();
}

const api::PracticePeer* WalletModel::practicePeer(const std::string& role) const {
    const auto found = std::find_if(m_practice_peers.begin(), m_practice_peers.end(),
                                    [&](const auto& p) { return p.role == role; });
    return found == m_practice_peers.end() ? nullptr : &*found;
}

void WalletModel::setName(const crypto::PublicKey& node, const QString& name) {
    m_names.set(node, name);
    emit namesChanged();
}

}  // namespace runnel::ui
