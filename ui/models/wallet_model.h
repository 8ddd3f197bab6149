// WalletModel: what all pages look at: the bridge, the lists, names of peers, and the practice
// network where there is one. Pages hear of changes here and change nothing but by posting wishes.
#pragma once

#include "ui/bridge/bridge.h"
#include "ui/bridge/practice_bridge.h"
#include "ui/format/names.h"
#include "ui/models/activity_model.h"
#include "ui/models/channels_model.h"
#include "ui/models/notices.h"

#include <QDateTime>

#include <memory>
#include <optional>
#include <vector>

namespace runnel::ui {

class WalletModel : public QObject {
    Q_OBJECT
public:
    /// `practice` may be null. All of them outlive the model.
    WalletModel(api::NodeApi& node, Bridge::Run run, api::Practice* practice,
                QObject* parent = nullptr);

    Bridge& bridge() { return m_bridge; }
    const api::Snapshot& picture() const { return *m_bridge.picture(); }
    ChannelsModel& channels() { return m_channels; }
    ActivityModel& activity() { return m_activity; }
    Notices& notices() { return m_notices; }
    const PeerNames& names() const { return m_names; }
    PracticeBridge* practice() { return m_practice.get(); }
    /// Of the practice network; empty until it has answered.
    const std::vector<api::PracticePeer>& practicePeers() const { return m_practice_peers; }
    const api::PracticePeer* practicePeer(const std::string& role) const;
    /// Of the practice network; nothing on the others.
    const std::optional<api::PracticeState>& practiceState() const { return m_practice_state; }
    /// The language has changed: what is kept in words is worded anew.
    void reword();
    void setName(const crypto::PublicKey& node, const QString& name);
    QDateTime now() const { return m_activity.now(); }
    /// Another clock than the computer's; for tests.
    void setClock(ActivityModel::Clock clock) { m_activity.setClock(std::move(clock)); }
    /// Asks again for the practice network's peers; after its start.
    void readPracticePeers();

signals:
    void pictureChanged();
    void namesChanged();
    void practiceChanged();

private:
    void namePracticePeers();
    Bridge m_bridge;
    ChannelsModel m_channels;
    ActivityModel m_activity;
    Notices m_notices;
    PeerNames m_names;
    std::unique_ptr<PracticeBridge> m_practice;
    std::vector<api::PracticePeer> m_practice_peers;
    std::optional<api::PracticeState> m_practice_state;
};

}  // namespace runnel::ui
