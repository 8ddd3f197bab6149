// PracticeNotice: over every page, that the practice network has ended, why, and what to try; then,
// for a moment, that it is back. Home says the same in its own line, so there it stays away.
// NoticeBoard gives it its place.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/notes.h"

#include <QTimer>

namespace runnel::ui {

class PracticeNotice : public Banner {
    Q_OBJECT
public:
    explicit PracticeNotice(WalletModel& wallet, QWidget* parent = nullptr);
    void setAway(bool away);

signals:
    /// It came or went, or says something else.
    void changed();

private:
    void refresh();
    void place();

    WalletModel& m_wallet;
    QTimer m_goes;  ///< Runs while good news stand there.
    bool m_trouble = false;
    bool m_away = false;
};

}  // namespace runnel::ui
