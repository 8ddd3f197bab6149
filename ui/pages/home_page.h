// Home: what can be spent now, how the wallet stands in one line, what is on its way and until
// when, and what to do first where nothing is there yet.
#pragma once

#include "ui/format/overview.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/page.h"

#include <QElapsedTimer>
#include <QTimer>

namespace runnel::ui {

class ActivityRow;
class AmountLabel;
class Banner;
class Button;
class Card;
class CueLine;
class StateView;
class Text;

class HomePage : public Page {
    Q_OBJECT
public:
    explicit HomePage(WalletModel& wallet, QWidget* parent = nullptr);
    void refresh();

signals:
    void wantsPay();
    void wantsReceive();
    /// One of the chain, for the first coins.
    void wantsAddress();
    void wantsOpenChannel();
    void wantsActivity();
    void wantsEntry(const QByteArray& key);
    void said(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildFigures();
    void buildPractice();
    /// From the practice network; a refusal comes to stand in `problem`, beside the button.
    void askForCoins(Button* button, Banner* problem);
    void refreshFirstSteps();
    void offerCoins();
    void refreshHeld();
    /// Payments may come by the hundred in a second; the rows are made anew a few times in it, and
    /// not while nobody sees them.
    void recentChanged();
    void refreshRecent();

    WalletModel& m_wallet;
    AmountLabel *m_spendable, *m_onchain, *m_receivable;
    Text* m_spendable_why;
    CueLine* m_health;
    StateView* m_first;
    Card *m_figures, *m_held, *m_recent;
    QWidget *m_held_rows, *m_recent_rows;
    std::vector<Held> m_held_shown;
    QTimer m_recent_due;
    QElapsedTimer m_recent_since;
    Banner* m_first_problem;
    Card* m_practice = nullptr;
    Button* m_block = nullptr;
};

}  // namespace runnel::ui
