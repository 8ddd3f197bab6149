// PracticeNotice: over every page, that the practice network has ended, why, and what to try; then, for a moment, that it is back.
// Home says the same in its own line, so there it stays away.
#pragma once

#include "ui/models/wallet_model.h"

#include <QTimer>
#include <QWidget>

class QHBoxLayout;

namespace runnel::ui {

class Banner;

class PracticeNotice : public QWidget {
    Q_OBJECT
public:
    explicit PracticeNotice(WalletModel& wallet, QWidget* parent = nullptr);
    void setAway(bool away);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void place();

    WalletModel& m_wallet;
    Banner* m_banner;
    QHBoxLayout* m_row;
    QTimer m_goes;         ///< Runs while good news stand there.
    bool m_trouble = false;
    bool m_away = false;
};

}  // namespace runnel::ui
